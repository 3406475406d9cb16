import { builtInKernel, type ExtensionEvent, extendKernel } from '@spoor/bpf';
import { declareEvent, u32 } from '@spoor/bpf/declare';
import { EventHeader } from '@spoor/bpf/structs';
import { ctype } from '@spoor/btf';
import { type Event, EventDecoder, type EventOf, type KindOf } from '@spoor/event';
import { parsePolicy, parseScope, policyJsonSchema, printPolicy } from '@spoor/filter';
import { expect, expectTypeOf, it } from 'vitest';
import { checkTraceOptions } from './check-options.js';
import type { TraceOptions } from './options.js';
import type { trace } from './trace.js';

/** The types and the checks that a kernel side with an extension gives. */

const schema = ctype.struct('umask_event', 112, { header: [0, EventHeader], mask: [104, ctype.u32] });
const declaration = declareEvent({ summary: 'A process set its umask.', data: { mask: u32('The mask.') } });
interface Record {
  header: EventHeader;
  mask: number;
}
const mine = extendKernel<{ umask: ExtensionEvent<Record, typeof declaration> }>(builtInKernel, {
  name: 'mine',
  objectPath: () => '/nowhere.bpf.o',
  events: { umask: { kind: 63, schema, declaration } },
  programs: {},
});
type Mine = typeof mine;

it('events of a kernel side have their types, and other names do not compile', () => {
  expectTypeOf<KindOf<Mine>>().toEqualTypeOf<Event['kind'] | 'umask'>();
  expectTypeOf<EventOf<Mine, 'umask'>['mask']>().toEqualTypeOf<number>();
  expectTypeOf<ReturnType<EventOf<Mine, 'umask'>['toJSON']>['data']>().toEqualTypeOf<{ mask: number }>();
  expectTypeOf<EventOf<Mine, 'umask' | 'open'>['kind']>().toEqualTypeOf<'umask' | 'open'>();
  const call = (_: Parameters<typeof trace<'umask' | 'exec', Mine>>[0]) => {};
  call({ kernel: mine, events: ['umask', 'exec'] });
  // @ts-expect-error: the kernel side has no such event
  call({ kernel: mine, events: ['umaks'] });
  // @ts-expect-error: the built-in kernel side has no such event
  const wrong: TraceOptions = { events: ['umask'] };
  expect(() => checkTraceOptions(wrong)).toThrow(expect.objectContaining({ code: 'UNKNOWN_EVENT' }));
});

it('a decoder makes events of an extension', () => {
  const record = new Uint8Array(112);
  const view = new DataView(record.buffer);
  view.setUint32(0, 112, true);
  view.setUint16(4, 63, true);
  view.setUint32(104, 18, true);
  const event = new EventDecoder({ kernel: mine }).decode(record);
  expect(event.kind === 'umask' && [event.mask, event.jsonData]).toEqual([18, { mask: 18 }]);
  expect(new EventDecoder().decode(record).kind).toBe('malformed');
});

it('scopes and policies name events of an extension, if they are given its kernel side', async () => {
  const { kernel } = { kernel: mine };
  const scope = parseScope('umask.mask=18', { kernel });
  expect(scope.events).toEqual([
    { event: 'umask', where: [{ field: 'mask', operator: '=', values: [{ from: 18n, to: 18n }] }] },
  ]);
  expect(() => parseScope('umask.mask=18')).toThrow(expect.objectContaining({ code: 'UNKNOWN_EVENT' }));
  const text = printPolicy({ scopes: [scope] }, { kernel });
  expect((await parsePolicy(text, { kernel })).scopes).toEqual([scope]);
  await expect(parsePolicy(text)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  expect(JSON.stringify(await policyJsonSchema({ kernel }))).toContain('"umask"');
  expect(JSON.stringify(await policyJsonSchema())).not.toContain('"umask"');
});
