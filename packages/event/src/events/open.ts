import { decimal, signedNumber } from '../halves.js';
import { deviceText } from '../names/device.js';
import { errnoName } from '../names/errno.js';
import { openFlagNames } from '../names/open-flags.js';
import { quoted } from '../quoted.js';
import { fileEntry, optionalText, partSchemas } from './parts.js';
import { present, schemas, textNotes } from './presentation.js';

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
  text: (event, { architecture }) => {
    const { path, resultLo, resultHi, inodeLo, inodeHi } = event;
    if (!event.isWhole || event.directory !== '' || path.includes('\ufffd')) return undefined;
    const name = `{"path":${quoted(path)},"flags":"${openFlagNames(event.flags, architecture)}"`;
    const result = signedNumber(resultLo, resultHi);
    const outcome = result >= 0 ? `"fd":${result}` : `"error":"${errnoName(-result)}"`;
    if ((inodeLo | inodeHi) === 0) return `${name},${outcome}}`;
    return `${name},${outcome},"device":"${deviceText(event.device)}","inode":"${decimal(inodeLo, inodeHi)}"}`;
  },
});
