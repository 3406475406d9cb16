import type { Statistics } from '@spoor/tracer';
import { expect, it } from 'vitest';
import { statisticsText } from './statistics.js';
import { noStyle } from './style.js';

const statistics = {
  events: {},
  state: { lookups: 0, recovered: { storage: 0, hash: 0, none: 0 } },
  mapEntries: 1024,
  rings: { lifecycle: { size: 1024, backlog: 0 }, activity: { size: 1024, backlog: 0 } },
  droppers: [],
  programs: [],
  variants: {},
  misordered: 0,
} as unknown as Statistics;

it('names the processes that lost the most events, and escapes their names', () => {
  const droppers = [{ tgid: 12, comm: 'flo\u001bod', dropped: 1200 }];
  const text = statisticsText({ ...statistics, droppers }, noStyle);
  expect(text).toMatch(/^Processes that lost most events.*\n +dropped\n {2}flo\\x1bod \[12\] +1,200$/m);
  expect(statisticsText(statistics, noStyle)).not.toContain('lost');
});

it('omits event kinds that did not happen', () => {
  const none = { submitted: 0, delivered: 0, dropped: {} };
  const events = {
    fork: none,
    exec: { submitted: 2, delivered: 2, dropped: {} },
    open: { ...none, dropped: { 'ring-full': 3 } },
  };
  const text = statisticsText({ ...statistics, events } as unknown as Statistics, noStyle);
  expect(text).toMatch(/^ {2}exec +2 +2 +0$/m);
  expect(text).toMatch(/^ {2}open +0 +0 +3/m);
  expect(text).not.toContain('fork');
  expect(statisticsText({ ...statistics, events: { fork: none } } as unknown as Statistics, noStyle)).toMatch(
    /^Events\n +submitted +delivered +dropped\n {2}none +0 +0 +0$/m,
  );
});
