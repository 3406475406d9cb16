import { KnownBytes } from '../known-bytes.js';
import { deviceText } from '../names/device.js';
import { errorName } from '../names/errno.js';
import { type Architecture, openFlagNames } from '../names/open-flags.js';
import { fileEntry, partSchemas, startEntry } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';
import { endBytes, errorBytes, writeNames } from './write-parts.js';

/** Upper halves of a 64-bit number: of a small negative one, and the highest with which a double has all of it. */
const minus = 0xffffffff;
const exactHi = 0x1fffff;

const fdBytes = Buffer.from(',"fd":');
const inodeEndBytes = Buffer.from('"}');
const flagsOf = (architecture: Architecture) =>
  new KnownBytes((flags) => `,"flags":"${openFlagNames(flags, architecture)}"`);
const flagsBytes = { x64: flagsOf('x64'), arm64: flagsOf('arm64') };
const deviceBytes = new KnownBytes((device) => `,"device":"${deviceText(device)}","inode":"`);

export const open = present({
  kind: 'open',
  summary: 'A file was opened, or could not be.',
  schema: (t) =>
    t.Object({
      ...schemas.text(
        t,
        'path',
        'The file as the kernel resolved it; of a failed open the name as the caller gave it (flag user-memory).',
      ),
      ...partSchemas.optionalText(
        t,
        'directory',
        'Of a failed open by a relative name, where it starts, as the kernel has it.',
      ),
      ...partSchemas.root(t, 'root'),
      flags: t.String({ description: 'What was asked for: O_RDONLY|O_CLOEXEC.' }),
      fd: t.Optional(t.Integer({ minimum: 0, description: 'The file descriptor, when the call succeeded.' })),
      error: schemas.error(t),
      device: t.Optional(schemas.device(t)),
      inode: t.Optional(schemas.u64(t, 'Inode of the file, when it was opened.')),
    }),
  data: (event, { architecture }) => {
    const result = Number(event.result);
    return {
      path: event.path,
      ...textNotes(event, 'path'),
      ...startEntry(event),
      flags: openFlagNames(event.flags, architecture),
      ...(result >= 0 ? { fd: result } : { error: errorName(-result) }),
      ...fileEntry(event),
    };
  },
  write: (event, out, { architecture }) => {
    const { resultLo, resultHi, inodeLo, inodeHi } = event;
    if ((resultHi !== 0 && resultHi !== minus) || inodeHi > exactHi || !writeNames(event, out)) return false;
    out._bytes(flagsBytes[architecture].of(event.flags));
    if (resultHi === 0) {
      out._bytes(fdBytes);
      out._decimal(resultLo);
    } else out._bytes(errorBytes.of(2 ** 32 - resultLo));
    if ((inodeLo | inodeHi) === 0) {
      out._bytes(endBytes);
      return true;
    }
    out._bytes(deviceBytes.of(event.device));
    out._decimal(inodeHi * 2 ** 32 + inodeLo);
    out._bytes(inodeEndBytes);
    return true;
  },
});
