import { expect, it } from 'vitest';
import type { TracedEvent } from '../options.js';
import type { FileHashes } from './file-hashes.js';
import { HeldEvents } from './held-events.js';

/** Hashes that become known when the test says so. */
function hashes() {
  const known = new Set<number>();
  const waiting = new Map<number, () => void>();
  const fake = {
    known: ({ tgid }: { tgid: number }) => (known.has(tgid) ? 'x' : undefined),
    async of({ tgid }: { tgid: number }) {
      await new Promise<void>((resolve) => {
        waiting.set(tgid, resolve);
      });
      known.add(tgid);
    },
  };
  return {
    fake: fake as unknown as FileHashes,
    async resolve(tgid: number) {
      await Promise.resolve();
      waiting.get(tgid)!();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
  };
}

const event = (kind: string, tgid: number): TracedEvent => {
  const made = { kind, tgid, copy: () => made };
  return made as unknown as TracedEvent;
};
const idOf = (one: TracedEvent) => (one as { tgid?: number }).tgid;

it('hands out events in order, each exec when its hash is known', async () => {
  const { fake, resolve } = hashes();
  const seen: (number | undefined)[] = [];
  const held = new HeldEvents(fake, (one) => seen.push(idOf(one)));
  held.take(event('open', 1));
  held.take(event('exec', 2));
  held.take(event('open', 3));
  held.take(event('exec', 4));
  expect(seen).toEqual([1]);
  await resolve(2);
  expect(seen).toEqual([1, 2, 3]);
  await resolve(4);
  await held.drained();
  held.take(event('exec', 4));
  held.take(event('open', 5));
  expect(seen).toEqual([1, 2, 3, 4, 4, 5]);
});

it('hands out each event once if there are too many, also while the handler takes more', async () => {
  const { fake, resolve } = hashes();
  const seen: (number | undefined)[] = [];
  const held: HeldEvents = new HeldEvents(fake, (one) => {
    seen.push(idOf(one));
    if (idOf(one) === 0) for (let id = 2; id < 30_000; id++) held.take(event('open', id));
  });
  held.take(event('exec', 0));
  held.take(event('open', 1));
  await resolve(0);
  await held.drained();
  expect(seen).toEqual(Array.from({ length: 30_000 }, (_, id) => id));
});
