import type { Btf } from './btf.js';
import type { BtfStruct } from './btf-types.js';
import type { ObjectFile } from './parse-object.js';

/** The kernel types that an object's CO-RE relocations look up. */
export interface RelocationTypes {
  /** By the name that the kernel has, without a flavor (`task_struct___exec` is `task_struct`). */
  readonly structs: ReadonlyMap<string, ReadonlySet<'struct' | 'union'>>;
  /** Those that the kernel need not have, or has in modules, whose fields are not asked for. */
  readonly optional: ReadonlySet<string>;
  /** Names of all members that the relocations can name. */
  readonly members: ReadonlySet<string>;
}

/** `enum bpf_core_relo_kind`, Linux include/uapi/linux/bpf.h: 0 to 5 are about fields. */
const lastOfField = 5;
const typeExists = 8;
const typeSize = 9;

/** Offsets in `struct btf_ext_header` and its records: tools/lib/bpf/libbpf_internal.h. */
const ext = { headerSize: 4, relocations: 24, relocationBytes: 28, least: 32 };
const sectionHead = 8;
const leastRecord = 16;

/**
 * Finds which kernel types the CO-RE relocations of an object look up.
 *
 * A flavor that ends with `optional` (`ovl_inode___optional`) marks a type that the kernel need not
 * have.
 *
 * @returns undefined if the object has no relocations, if the section `.BTF.ext` is cut off, or if
 *   a relocation needs anything but structs, unions and their fields
 *
 * @example
 * ```ts
 * const types = relocationTypes(readObject('trace.bpf.o'));
 * types?.structs.has('task_struct'); // true if a program reads one of its fields
 * ```
 */
export function relocationTypes({ btf, sections }: ObjectFile): RelocationTypes | undefined {
  const section = sections.find(({ name }) => name === '.BTF.ext');
  const roots = section && rootsOf(section.data);
  if (roots === undefined || roots.size === 0) return undefined;
  const structs = new Map<string, Set<'struct' | 'union'>>();
  const optional = new Set<string>();
  const members = new Set<string>();
  const seen = new Set<number>();
  for (const id of roots) {
    const type = btf.typeById(id);
    if (type.kind !== 'struct' && type.kind !== 'union') return undefined;
    const name = withoutFlavor(type.name);
    if (name === '') return undefined;
    if (type.name.endsWith('optional') && type.name !== name) optional.add(name);
    structs.set(name, (structs.get(name) ?? new Set()).add(type.kind));
    addMembers(btf, type, { members, seen });
  }
  return { structs, optional, members };
}

/** The ids of the types that records start from. */
function rootsOf(data: Uint8Array): ReadonlySet<number> | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const roots = new Set<number>();
  if (data.byteLength < ext.least || view.getUint32(ext.headerSize, true) < ext.least) return roots;
  const start = view.getUint32(ext.headerSize, true) + view.getUint32(ext.relocations, true);
  const end = start + view.getUint32(ext.relocationBytes, true);
  if (end === start) return roots;
  if (end > data.byteLength || start + 4 > end) return undefined;
  const record = view.getUint32(start, true);
  if (record < leastRecord) return undefined;
  for (let at = start + 4; at < end; ) {
    if (at + sectionHead > end) return undefined;
    const last = at + sectionHead + view.getUint32(at + 4, true) * record;
    if (last > end) return undefined;
    for (at += sectionHead; at < last; at += record) {
      const kind = view.getUint32(at + 12, true);
      if (kind > lastOfField && kind !== typeExists && kind !== typeSize) return undefined;
      roots.add(view.getUint32(at + 4, true));
    }
  }
  return roots;
}

/** Returns `io_kiocb` for `io_kiocb___cqe`: libbpf ignores the last `___` and what follows. */
function withoutFlavor(name: string): string {
  return /^(.*[^_])___[^_]/s.exec(name)?.[1] ?? name;
}

/** The members of the struct, and of all structs that lie inside of it. */
function addMembers(
  btf: Btf,
  { id, members: own }: BtfStruct,
  found: { readonly members: Set<string>; readonly seen: Set<number> },
): void {
  if (found.seen.has(id)) return;
  found.seen.add(id);
  for (const { name, type } of own) {
    if (name !== '') found.members.add(name);
    let inner = btf.resolve(type);
    while (inner.kind === 'array') inner = btf.resolve(inner.element);
    if (inner.kind === 'struct' || inner.kind === 'union') addMembers(btf, inner, found);
  }
}
