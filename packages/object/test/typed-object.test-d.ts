/** Types only: `pnpm check types` checks this file, nothing runs it. */
import type { KeyedMap, LayoutOf, RingMap, TaggedRingMap, VariableOf } from '@spoor/btf';
import { expectTypeOf } from 'vitest';
import { type LoadedObject, type OpenedObject, openObject, type TypedRing } from '../src/index.js';

/** As `npx @spoor/btf generate` writes it. */
declare const my: {
  readonly name: string;
  readonly object: string;
  readonly programs: { readonly on_exec: 'tp_btf/sched_process_exec' };
  readonly maps: { readonly table: KeyedMap<number, bigint>; readonly alerts: RingMap<{ pid: number }> };
  readonly constants: {
    readonly limit: VariableOf<bigint, bigint | number>;
    readonly level: VariableOf<number, number | 'LOW' | 'HIGH'>;
  };
  readonly globals: { readonly hits: VariableOf<bigint, bigint | number> };
};

const opened = openObject(my);
opened.setConstant('limit', 5).setConstant('level', 'HIGH').setConstant('limit[1]', 5n);
opened.resizeMap('alerts', 4096).disableProgram('on_exec').enableMap('table');
expectTypeOf(opened.constant('limit').value).toEqualTypeOf<bigint>();
// @ts-expect-error: a misspelt constant
opened.setConstant('limits', 5);
// @ts-expect-error: not an enumerator
opened.setConstant('level', 'MIDDLE');
// @ts-expect-error: a misspelt map
opened.resizeMap('alert', 4096);
// @ts-expect-error: a misspelt program
opened.enableProgram('on_exit');

const loaded = opened.load();
loaded.map('table');
loaded.program('on_exec').attach();
expectTypeOf(loaded.globals.read('hits')).toEqualTypeOf<bigint>();
loaded.globals.write('hits', 0);
// @ts-expect-error: a misspelt map
loaded.map('tables');
// @ts-expect-error: a misspelt program
loaded.program('on_exex');
// @ts-expect-error: a misspelt variable
loaded.globals.read('hit');
// @ts-expect-error: not a number
loaded.globals.write('hits', 'none');
expectTypeOf(await openObject(my).loadAsync()).toEqualTypeOf(loaded);

// A typed object is usable where any object is.
opened satisfies OpenedObject;
loaded satisfies LoadedObject;

// A path has no types.
const plain = openObject('my.bpf.o')
  .setConstant('any', [1, { two: 2 }])
  .load();
expectTypeOf(plain).toEqualTypeOf<LoadedObject>();
expectTypeOf(plain.globals.read('any')).toEqualTypeOf<unknown>();

/** A ring with a tag, as `--record events.kind=…` generates it. */
declare const tagged: Omit<typeof my, 'maps'> & {
  readonly maps: {
    readonly events: TaggedRingMap<
      'kind',
      { 1: LayoutOf<{ kind: number; pid: number }>; 2: LayoutOf<{ kind: number; code: number }> }
    >;
    readonly alerts: RingMap<{ pid: number } | { code: number }>;
  };
};
const events = openObject(tagged).load();
for await (const event of events.ring('events')) {
  if (event.kind === 1) expectTypeOf(event.pid).toEqualTypeOf<number>();
  // @ts-expect-error: of the other kind
  else event.pid;
}
events.ring('alerts').read((alert) => {
  expectTypeOf(alert).toEqualTypeOf<{ pid: number } | { code: number }>();
});
expectTypeOf(loaded.ring('alerts', { signal: AbortSignal.timeout(1) })).toEqualTypeOf<
  TypedRing<{ pid: number }>
>();
// @ts-expect-error: a map that is not a ring
loaded.ring('table');
// @ts-expect-error: a misspelt ring
loaded.ring('alert');
expectTypeOf(plain.ring('any')).toEqualTypeOf<TypedRing<Uint8Array>>();
declare const fork: LayoutOf<{ kind: number; child: number }>;
declare const exit: LayoutOf<{ kind: number; code: number }>;
expectTypeOf(plain.ring('any', { records: [fork, exit] })).toEqualTypeOf<
  TypedRing<{ kind: number; child: number } | { kind: number; code: number }>
>();
plain.ring('any', { tag: 'kind', records: { 1: fork, 2: exit } }).read((record) => {
  if (record.kind === 2) expectTypeOf(record.code).toEqualTypeOf<number>();
});
plain.ring('any', { tag: 'header.kind', records: { 1: fork } }).read(({ header }) => {
  expectTypeOf(header.kind).toEqualTypeOf<1>();
});
