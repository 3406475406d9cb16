import { KnownBytes } from '../known-bytes.js';
import { deviceText } from '../names/device.js';
import { errnoName } from '../names/errno.js';
import { type Architecture, openFlagNames } from '../names/open-flags.js';
import { fileEntry, optionalText, partSchemas } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

/** Upper halves of a 64-bit number: of a small negative one, and the highest with which a double has all of it. */
const minus = 0xffffffff;
const exactHi = 0x1fffff;

const [pathBytes, directoryBytes, fdBytes, endBytes, inodeEndBytes] = [
  '{"path":',
  ',"directory":',
  ',"fd":',
  '}',
  '"}',
].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer, Buffer];
const flagsOf = (architecture: Architecture) =>
  new KnownBytes((flags) => `,"flags":"${openFlagNames(flags, architecture)}"`);
const flagsBytes = { x64: flagsOf('x64'), arm64: flagsOf('arm64') };
/** By the lower half of the negative result. */
const errorBytes = new KnownBytes((lo) => `,"error":"${errnoName(2 ** 32 - lo)}"`);
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
      ...optionalText(event, 'directory'),
      flags: openFlagNames(event.flags, architecture),
      ...(result >= 0 ? { fd: result } : { error: errnoName(-result) }),
      ...fileEntry(event),
    };
  },
  write: (event, out, { architecture }) => {
    const { _memory: memory, _offset: offset, _pathPlace: path, _directoryPlace: directory } = event;
    const { resultLo, resultHi, inodeLo, inodeHi } = event;
    if (!event.isWhole || (resultHi !== 0 && resultHi !== minus) || inodeHi > exactHi) return false;
    out._bytes(pathBytes);
    if (!out._quoted(memory, offset + (path & 0xffff), path >>> 16)) return false;
    if (directory >>> 16 !== 0) {
      out._bytes(directoryBytes);
      if (!out._quoted(memory, offset + (directory & 0xffff), directory >>> 16)) return false;
    }
    out._bytes(flagsBytes[architecture].of(event.flags));
    if (resultHi === 0) {
      out._bytes(fdBytes);
      out._decimal(resultLo);
    } else out._bytes(errorBytes.of(resultLo));
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
