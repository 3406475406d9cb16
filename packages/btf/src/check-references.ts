import { type BtfSource, kinds, typeSize } from './btf-format.js';

/**
 * Where the references of a kind stand: behind `struct btf_type` for each of `parts` of `step`
 * bytes, at `offsets`.
 */
interface Places {
  /** True if the word that is a size in other kinds refers to a type. */
  readonly own: boolean;
  readonly step: number;
  readonly offsets: readonly number[];
}

const ownOnly: Places = { own: true, step: 0, offsets: [] };

const places = new Map<number, Places>([
  [kinds.pointer, ownOnly],
  [kinds.array, { own: false, step: 0, offsets: [0, 4] }],
  [kinds.struct, { own: false, step: 12, offsets: [4] }],
  [kinds.union, { own: false, step: 12, offsets: [4] }],
  [kinds.typedef, ownOnly],
  [kinds.volatile, ownOnly],
  [kinds.const, ownOnly],
  [kinds.restrict, ownOnly],
  [kinds.function, ownOnly],
  [kinds.functionProto, { own: true, step: 8, offsets: [4] }],
  [kinds.variable, ownOnly],
  [kinds.datasec, { own: false, step: 12, offsets: [0] }],
  [kinds.declTag, ownOnly],
  [kinds.typeTag, ownOnly],
]);

/** The kinds that a reference may lead to, if not all. */
const wanted = new Map<number, readonly number[]>([
  [kinds.function, [kinds.functionProto]],
  [kinds.datasec, [kinds.variable, kinds.function]],
]);

const modifiers: ReadonlySet<number> = new Set([
  kinds.typedef,
  kinds.const,
  kinds.volatile,
  kinds.restrict,
  kinds.typeTag,
]);

/**
 * Longer chains of typedefs and qualifiers than the kernel itself accepts (`MAX_RESOLVE_DEPTH`) do
 * not end.
 */
const maxChain = 32;

/**
 * The first thing that is wrong with the references between types: one that leads nowhere or to
 * another kind, or a chain that does not end. Decodes nothing: objects are opened at every start.
 */
export function faultyReference(source: BtfSource): string | undefined {
  const { count, kinds: kindOf } = source;
  for (let id = 1; id < count; id++) {
    const kind = kindOf[id]!;
    for (const target of referencesOf(source, id)) {
      if (target >= count) return `type ${id} refers to type ${target} of ${count}`;
      const allowed = wanted.get(kind);
      if (allowed !== undefined && !allowed.includes(kindOf[target]!))
        return `type ${id} refers to type ${target}, which is of kind ${kindOf[target]} and not ${allowed.join(' or ')}`;
    }
    if (modifiers.has(kind) && !ends(source, id))
      return `the typedefs and qualifiers from type ${id} on do not end`;
  }
  return undefined;
}

function referencesOf({ offsets, kinds: kindOf, view }: BtfSource, id: number): readonly number[] {
  const place = places.get(kindOf[id]!);
  if (place === undefined) return [];
  const at = offsets[id]!;
  const references = place.own ? [view.getUint32(at + 8, true)] : [];
  const parts = place.step === 0 ? 1 : view.getUint32(at + 4, true) & 0xffff;
  for (let part = 0; part < parts; part++)
    for (const offset of place.offsets)
      references.push(view.getUint32(at + typeSize + part * place.step + offset, true));
  return references;
}

function ends({ count, offsets, kinds: kindOf, view }: BtfSource, from: number): boolean {
  let id = from;
  for (let steps = 0; steps <= maxChain; steps++) {
    if (id >= count || !modifiers.has(kindOf[id]!)) return true;
    id = view.getUint32(offsets[id]! + 8, true);
  }
  return false;
}
