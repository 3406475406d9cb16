import { deviceText } from '../names/device.js';
import { isLossy } from '../text.js';
import { charsEntry, hex, present, schemas, textNotes } from './presentation.js';

export const exec = present({
  kind: 'exec',
  summary: 'A process runs another binary.',
  lists: ['argv'],
  schema: (t) =>
    t.Object({
      ...schemas.text(t, 'path', 'The binary as the kernel resolved it; of a script, its interpreter.'),
      ...schemas.text(t, 'filename', 'The name that was executed; of a script, the script.'),
      argv: t.Array(t.String(), { description: 'The arguments, as far as they were kept.' }),
      argvRaw: t.Optional(t.Array(schemas.hex(t))),
      argc: schemas.u32(t, 'How many arguments there were.'),
      argvTruncated: t.Boolean({ description: 'Whether arguments, or the end of one, are missing.' }),
      ...schemas.chars(t, 'previousComm', 'The name of the task before.'),
      device: schemas.device(t),
      inode: schemas.u64(t, 'Inode of the binary.'),
    }),
  data: (event) => {
    const { argv, argc } = event;
    return {
      path: event.path,
      ...textNotes(event, 'path'),
      filename: event.filename,
      ...textNotes(event, 'filename'),
      argv: [...argv],
      ...rawArguments(argv, event.bytes('argv')),
      argc,
      argvTruncated: event.isTruncated('argv') || argv.length < argc,
      ...charsEntry(event, 'previousComm', 'previousComm'),
      device: deviceText(event.device),
      inode: String(event.inode),
    };
  },
});

/** All of them, when one is not UTF-8. */
function rawArguments(argv: readonly string[], bytes: Uint8Array): { argvRaw?: string[] } {
  if (!argv.some((text) => text.includes('\ufffd'))) return {};
  const raw: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    raw.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return raw.some((part, index) => isLossy(argv[index]!, part)) ? { argvRaw: raw.map(hex) } : {};
}
