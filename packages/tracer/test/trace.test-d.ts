/** Types only: `pnpm check types` checks this file, nothing runs it. */
import type { Event, EventKind, MalformedEvent } from '@spoor/event';
import { expectTypeOf } from 'vitest';
import { type TracedEvent, type Tracer, trace } from '../src/index.js';

const some = await trace({ events: ['exec', 'open'] });
expectTypeOf(some).toEqualTypeOf<Tracer<'exec' | 'open'>>();
for await (const event of some) expectTypeOf(event).toEqualTypeOf<TracedEvent<'exec' | 'open'>>();
await some.each((event) => {
  if (event.kind === 'malformed') expectTypeOf(event).toEqualTypeOf<MalformedEvent>();
  else if (event.kind === 'exec') expectTypeOf(event.argv).toEqualTypeOf<readonly string[]>();
  else expectTypeOf(event.path).toEqualTypeOf<string>();
  // @ts-expect-error: the trace does not hand out connects
  return event.kind === 'connect';
});

const all = await trace();
expectTypeOf(all).toEqualTypeOf<Tracer<EventKind>>();
expectTypeOf<TracedEvent>().toEqualTypeOf<Event | MalformedEvent>();

// A variable of kinds does not narrow.
const kinds: readonly EventKind[] = ['exec'];
expectTypeOf(await trace({ events: kinds })).toEqualTypeOf<Tracer>();

// A narrow tracer is usable where any tracer is.
expectTypeOf(some).toExtend<Tracer>();

// @ts-expect-error: not an event kind
await trace({ events: ['exce'] });
// @ts-expect-error: not an option
await trace({ comand: ['ls'] });
// @ts-expect-error: options of a group lie in the group
await trace({ replaceable: false });
