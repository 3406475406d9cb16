/** Places in the header of a 64-bit ELF file. */
const places = { sections: 40, programCount: 56, sectionCount: 60, namesIndex: 62 };
/** Places in the header of a section, and its size. */
const entry = { name: 0, type: 4, offset: 24, size: 32, alignment: 48, bytes: 64 };
/** `SHT_NOBITS`: a section without bytes in the file. */
const withoutBytes = 8;

/**
 * Empties the sections of an object that only debuggers read, `.debug_*`. They are most of it, and
 * have the folder in which it was compiled. BTF stays, and so do the numbers of sections.
 *
 * @param bytes of an object that `parseObject` accepts
 */
export function withoutDebugInfo(bytes: Uint8Array): Uint8Array {
  const object = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Segments would have places in the file, too. No compiler gives an object any.
  if (object.readUInt16LE(places.programCount) > 0) return bytes;
  const count = object.readUInt16LE(places.sectionCount);
  const table = Number(object.readBigUInt64LE(places.sections));
  const header = (index: number) =>
    object.subarray(table + index * entry.bytes, table + (index + 1) * entry.bytes);
  const bodyOf = (section: Buffer) => {
    if (section.readUInt32LE(entry.type) === withoutBytes) return object.subarray(0, 0);
    const offset = Number(section.readBigUInt64LE(entry.offset));
    return object.subarray(offset, offset + Number(section.readBigUInt64LE(entry.size)));
  };
  const names = bodyOf(header(object.readUInt16LE(places.namesIndex)));
  const nameOf = (section: Buffer) => {
    const start = section.readUInt32LE(entry.name);
    return names.toString('latin1', start, names.indexOf(0, start));
  };

  const parts: Buffer[] = [Buffer.from(object.subarray(0, entry.bytes))];
  let end = entry.bytes;
  const append = (part: Buffer, alignment: number): number => {
    const gap = (alignment - (end % alignment)) % alignment;
    parts.push(Buffer.alloc(gap), part);
    end += gap + part.length;
    return end - part.length;
  };
  const headers = Array.from({ length: count }, (_, index) => {
    const section = Buffer.from(header(index));
    const isDebug = /^(?:\.rela?)?\.debug_/.test(nameOf(section));
    if (isDebug) section.writeBigUInt64LE(0n, entry.size);
    const alignment = Math.min(Math.max(1, Number(section.readBigUInt64LE(entry.alignment))), entry.bytes);
    const offset = append(bodyOf(section), isDebug ? 1 : alignment);
    if (index > 0) section.writeBigUInt64LE(BigInt(offset), entry.offset);
    return section;
  });
  parts[0]!.writeBigUInt64LE(BigInt(append(Buffer.concat(headers), 8)), places.sections);
  return Buffer.concat(parts);
}
