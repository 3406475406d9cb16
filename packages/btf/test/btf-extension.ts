/** Returns a section `.BTF.ext` with the relocations of one program section, as clang writes it. */
export function btfExtension(relocations: readonly (readonly [type: number, kind: number])[]): Uint8Array {
  const records = relocations.flatMap(([type, kind]) => [0, type, 0, kind]);
  const body = relocations.length === 0 ? [] : [16, 0, relocations.length, ...records];
  const header = [0x1_eb9f, 32, 0, 0, 0, 0, 0, body.length * 4];
  return new Uint8Array(Uint32Array.from([...header, ...body]).buffer);
}
