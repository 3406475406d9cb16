import { Compile } from 'typebox/schema';
import { expect } from 'vitest';
import { eventSchemas } from '../src/json/schemas.js';
import { type FakeFields, fakeRecord } from '../src/testing.js';
import { EventDecoder } from '../src/view/decoder.js';
import type { EventKind } from '../src/view/types.js';

/** A record's `data` as it is printed, held to the schema. */
export function dataOf<Kind extends EventKind>(
  kind: Kind,
  fields: FakeFields<Kind>,
  architecture: 'x64' | 'arm64' = 'x64',
) {
  const decoder = new EventDecoder({ context: { architecture } });
  const line = JSON.parse(JSON.stringify(decoder.decode(fakeRecord(kind, fields)))) as { data: unknown };
  const [, problems] = Compile(eventSchemas[kind]).Errors(line);
  expect(problems).toEqual([]);
  return line.data;
}
