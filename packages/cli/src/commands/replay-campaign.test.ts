import { expect, it } from 'vitest';
import { campaign } from '../../test/replay-campaign.js';

/** `pnpm fuzz:recordings` is the long run. */
const runs = 1500;

it(`takes ${runs} mutated recordings: each is read or refused, and none does more than its size allows`, async () => {
  const seed = Date.now() | 0;
  const { read, refused, events } = await campaign(seed, 0, runs);
  // Each outcome must be frequent. Otherwise the mutations are useless.
  expect(read, `seed ${seed}`).toBeGreaterThan(runs / 10);
  expect(refused, `seed ${seed}`).toBeGreaterThan(runs / 10);
  expect(events, `seed ${seed}`).toBeGreaterThan(runs / 10);
});
