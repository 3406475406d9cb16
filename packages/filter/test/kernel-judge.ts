import { dirname, join } from 'node:path';
import { objectPath } from '@spoor/bpf';
import { type Layout, layoutOf, readObject } from '@spoor/btf';
import { type LoadedObject, openObject } from '@spoor/object';
import { createScopeWriter, type ScopeWriter } from '../src/compile/write.js';
import { type FactText, factBytes, type TaskFacts } from '../src/facts.js';

/** A task and what its process carries: bits of the set of `version`. */
export interface KernelCase {
  readonly facts: TaskFacts;
  readonly followed: bigint;
  readonly excluded: bigint;
  readonly version: bigint;
  /** The values of an open and a connect of the task. */
  readonly path: string;
  readonly port: number;
}

export interface KernelVerdict {
  readonly matched: bigint;
  readonly excluding: bigint;
  readonly verdict: bigint;
  /** Of all scopes, whatever the task: those that take the open, the connect. */
  readonly open: bigint;
  /** Those that an open may belong to whose name ends with the last name of the path. */
  readonly openName: bigint;
  readonly connect: bigint;
}

/** The kernel's filters, loaded for themselves: facts in, words out. */
export interface KernelJudge extends Disposable {
  readonly writer: ScopeWriter;
  readonly object: LoadedObject;
  judge(cases: readonly KernelCase[]): KernelVerdict[];
}

const path = join(dirname(objectPath()), 'filter_test.bpf.o');

export function kernelJudge(): KernelJudge {
  const { btf } = readObject(path);
  const input = structOffsets(layoutOf(btf, 'filter_case'));
  const output = structOffsets(layoutOf(btf, 'filter_verdict'));
  const object = openObject(path).load();
  const cases = object.map('filter_cases');
  const verdicts = object.map('filter_verdicts');
  const program = object.program('judge_cases');
  const batch = cases.maxEntries;
  const keys = new Uint8Array(Uint32Array.from({ length: batch }, (_, index) => index).buffer);
  const given = new Uint8Array(batch * cases.valueSize);
  const results = new Uint8Array(batch * verdicts.valueSize);
  const view = new DataView(results.buffer);

  function judgeBatch(some: readonly KernelCase[]): KernelVerdict[] {
    for (const [index, one] of some.entries()) {
      encodeCase(one, given.subarray(index * cases.valueSize, (index + 1) * cases.valueSize), input);
    }
    expectOk(cases.updateBatch!(keys, given, batch, 0).status);
    expectOk(program.testRun({ context: new Uint8Array(8) }).returned);
    const read = {
      first: true,
      cursor: new Uint8Array(8),
      keys: new Uint8Array(keys.length),
      values: results,
      count: batch,
    };
    verdicts.lookupBatch!(read);
    return some.map((_, index) => {
      const word = (name: string) => view.getBigUint64(index * verdicts.valueSize + output(name), true);
      return {
        matched: word('matched'),
        excluding: word('excluding'),
        verdict: word('verdict'),
        open: word('open'),
        openName: word('open_name'),
        connect: word('connect'),
      };
    });
  }

  return {
    object,
    writer: createScopeWriter({
      scope_sets: object.map('scope_sets'),
      scope_in_force: object.map('scope_in_force'),
      scope_grace: object.map('scope_grace'),
      filter_strings: object.map('filter_strings'),
    }),
    judge(all) {
      const found: KernelVerdict[] = [];
      for (let from = 0; from < all.length; from += batch)
        found.push(...judgeBatch(all.slice(from, from + batch)));
      return found;
    },
    [Symbol.dispose]: () => object.close(),
  };
}

function expectOk(status: number): void {
  if (status !== 0) throw new Error(`the filter test program or its maps answered ${status}`);
}

type Offsets = (path: string) => number;

function structOffsets(root: Layout): Offsets {
  const known = new Map<string, number>();
  const walk = (layout: Layout, prefix: string, base: number) => {
    if (layout.kind !== 'struct') return;
    for (const { name, offset, layout: inner } of layout.fields) {
      known.set(`${prefix}${name}`, base + offset);
      walk(inner, `${prefix}${name}.`, base + offset);
    }
  };
  walk(root, '', 0);
  return (name) => {
    const offset = known.get(name);
    if (offset === undefined) throw new Error(`no field ${name}`);
    return offset;
  };
}

/** FILTER_TEXT_MAX and FILTER_TAIL_MAX of bpf/filters/facts.h. */
const textMax = 252;
const tailMax = 128;

function encodeCase(one: KernelCase, bytes: Uint8Array, at: Offsets): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Bytes that the collector does not fill have any value.
  bytes.fill(0xa5);
  view.setBigUint64(at('words.followed'), one.followed, true);
  view.setBigUint64(at('words.excluded'), one.excluded, true);
  view.setBigUint64(at('words.version'), one.version, true);
  const path = Buffer.from(one.path);
  bytes.set(path, at('path'));
  view.setUint32(at('path_length'), path.length, true);
  view.setBigUint64(at('port'), BigInt(one.port), true);
  for (const [name, value] of Object.entries(one.facts)) {
    const offset = at(`facts.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`);
    if (typeof value === 'number') view.setUint32(offset, value, true);
    else if (Array.isArray(value)) {
      for (const [index, id] of value.entries()) view.setBigUint64(offset + index * 8, id, true);
      view.setBigUint64(at('facts.cgroup_count'), BigInt(value.length), true);
    } else encodeText(value as FactText, bytes.subarray(offset), at);
  }
}

/** As `filter_string_read` of bpf/filters/text.h does it. */
function encodeText(text: FactText, bytes: Uint8Array, at: Offsets): void {
  const offset = (name: string) => at(`facts.exe.${name}`) - at('facts.exe');
  const whole = factBytes(text);
  const head = whole.subarray(0, textMax);
  bytes.set(head, offset('start.bytes'));
  if (whole.length < textMax) bytes[offset('start.bytes') + whole.length] = 0;
  const tail = whole.subarray(Math.max(0, whole.length - tailMax));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset('tail_length'), tail.length, true);
  bytes.set(tail, offset('tail'));
}
