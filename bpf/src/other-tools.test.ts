import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';
import { eventKinds } from '../gen/names.js';

const page = readFileSync(new URL('../../docs/other-tools.md', import.meta.url), 'utf8');
const [events = ''] = page.split('## Facts');

it('docs/other-tools.md has a line for each event, and for no other', () => {
  const named = [...events.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
  );
  expect(named.toSorted()).toEqual(eventKinds.toSorted());
});
