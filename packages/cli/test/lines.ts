import { EventDecoder, type EventKind } from '@spoor/event';
import { type FakeFields, fakeRecord } from '@spoor/event/testing';
import type { Printable, RendererOptions } from '../src/output/renderer.js';
import { noStyle } from '../src/output/style.js';

const decoder = new EventDecoder({ context: { clockOffsetNs: 1_700_000_000_000_000_000n } });

/** Invents an event. */
export function invented<Kind extends EventKind>(kind: Kind, fields: FakeFields<Kind> = {}): Printable {
  return decoder.decode(fakeRecord(kind, fields));
}

/** Returns the event as if these scopes had matched it. */
export function inScopes(event: Printable, scopes: readonly string[]): Printable {
  return { kind: event.kind, scopes, toJSON: () => event.toJSON() };
}

export const plainOptions: RendererOptions = {
  style: noStyle,
  unicode: true,
  kinds: ['exec', 'connect'],
  time: 'relative',
};
