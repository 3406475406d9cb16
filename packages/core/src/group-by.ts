/**
 * Groups items by a key, in order. `Map.groupBy` is there from Node.js 21 on.
 *
 * @example
 * ```ts
 * groupBy(['a', 'bc', 'd'], (text) => text.length); // Map { 1 => ['a', 'd'], 2 => ['bc'] }
 * ```
 */
export function groupBy<Key, Item>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
