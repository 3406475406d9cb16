/**
 * Two at a time: most of these tools use more than one thread themselves.
 *
 * @template T, R
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<R>} action
 * @param {number} [atOnce]
 * @returns {Promise<R[]>} the results, in the order of the items
 */
export async function inParallel(items, action, atOnce = 2) {
  /** @type {R[]} */
  const results = [];
  const queue = items.map((item, index) => ({ item, index }));
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next.index] = await action(next.item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
