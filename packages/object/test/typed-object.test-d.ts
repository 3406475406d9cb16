/** Types only: `pnpm check types` checks this file, nothing runs it. */
import type { KeyedMap, RingMap, VariableOf } from '@spoor/btf';
import { expectTypeOf } from 'vitest';
import { type LoadedObject, type OpenedObject, openObject } from '../src/index.js';

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
