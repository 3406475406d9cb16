import { SpoorError } from '@spoor/core';
import { brokenRemedy } from './broken-remedy.js';
import { Btf } from './btf.js';
import { type BtfIndex, btfMagic, extraSizes, headerSize, typeSize } from './btf-format.js';

/** Options of `parseBtf` and `parseObject`. */
export interface ParseOptions {
  /** The name of the input in errors: a path. */
  readonly file?: string;
}

/**
 * Parses raw BTF: a `.BTF` section, or `/sys/kernel/btf/vmlinux`. Notes only the place of each
 * type, and decodes a type when it is read. References between types are checked when they are
 * followed. `bytes` must not change while the result is in use.
 *
 * @throws {SpoorError} BTF_INVALID with the file and the place, when the BTF is broken
 *
 * @example
 * ```ts
 * // A copy of /sys/kernel/btf/vmlinux of another machine.
 * const btf = parseBtf(readFileSync('vmlinux.btf'), { file: 'vmlinux.btf' });
 * console.log(btf.findStruct('task_struct')?.size);
 * ```
 */
export function parseBtf(bytes: Uint8Array, options: ParseOptions = {}): Btf {
  const file = options.file ?? 'BTF';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = readHeader(view, file);
  const strings = bytes.subarray(sections.stringsStart, sections.stringsEnd);
  if (strings[0] !== 0 || strings.at(-1) !== 0) {
    throw invalid(file, sections.stringsStart, 'the strings do not start and end with NUL');
  }
  return new Btf({ file, view, strings, ...indexTypes(view, sections, file) });
}

function invalid(file: string, offset: number, problem: string): SpoorError {
  return new SpoorError('BTF_INVALID', `${file}: ${problem} (at byte ${offset})`, {
    remedy: brokenRemedy,
    details: { file, offset },
  });
}

interface Sections {
  readonly typesStart: number;
  readonly typesEnd: number;
  readonly stringsStart: number;
  readonly stringsEnd: number;
}

function readHeader(view: DataView, file: string): Sections {
  if (view.byteLength < headerSize) throw invalid(file, view.byteLength, 'ends before the BTF header does');
  const magic = view.getUint16(0, true);
  if (magic === 0x9feb) throw invalid(file, 0, 'is of a big-endian machine');
  if (magic !== btfMagic)
    throw invalid(file, 0, `starts with 0x${magic.toString(16)} instead of the BTF magic 0xeb9f`);
  const version = view.getUint8(2);
  if (version !== 1) throw invalid(file, 2, `has BTF version ${version}; known is 1`);
  const header = view.getUint32(4, true);
  if (header < headerSize) throw invalid(file, 4, `has a header of ${header} bytes instead of ${headerSize}`);
  const typesStart = header + view.getUint32(8, true);
  const typesEnd = typesStart + view.getUint32(12, true);
  const stringsStart = header + view.getUint32(16, true);
  const stringsEnd = stringsStart + view.getUint32(20, true);
  if (typesEnd > view.byteLength) throw invalid(file, 8, `ends before its types do, at byte ${typesEnd}`);
  if (stringsEnd > view.byteLength)
    throw invalid(file, 16, `ends before its strings do, at byte ${stringsEnd}`);
  return { typesStart, typesEnd, stringsStart, stringsEnd };
}

/** Notes the offset and the name of each type, so that a search by name decodes nothing. */
function indexTypes(view: DataView, sections: Sections, file: string): BtfIndex {
  const { typesStart, typesEnd } = sections;
  const most = Math.floor((typesEnd - typesStart) / typeSize) + 1;
  const offsets = new Uint32Array(most);
  const names = new Uint32Array(most);
  const kinds = new Uint8Array(most);
  let count = 1;
  for (let at = typesStart; at < typesEnd; count++) {
    if (at + typeSize > typesEnd) throw invalid(file, at, `type ${count} is cut off`);
    const info = view.getUint32(at + 4, true);
    const kind = (info >>> 24) & 0x1f;
    const extra = extraSizes[kind];
    if (kind === 0 || extra === undefined) {
      throw invalid(
        file,
        at,
        `type ${count} has the unknown kind ${kind}, so what follows it cannot be read`,
      );
    }
    offsets[count] = at;
    names[count] = view.getUint32(at, true);
    kinds[count] = kind;
    at += typeSize + extra[0] + extra[1] * (info & 0xffff);
    if (at > typesEnd) throw invalid(file, offsets[count] as number, `type ${count} is cut off`);
  }
  return { count, offsets, names, kinds };
}
