import { lifecycleKinds, maps } from '@spoor/bpf';
import { compileCodec } from '@spoor/btf';
import { EventDecoder, type EventDecoderOptions } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import { type CompiledScopes, compileScopes } from '@spoor/filter/kernel';
import { wallClockOffsetNs } from './clock.js';

/** What a trace takes that can be made ready without its kernel side. */
export interface PreparedTrace {
  readonly compiled: CompiledScopes;
  readonly decoder: EventDecoder;
}

/** @throws SpoorError `TOO_MANY_SCOPES`, `INVALID_VALUE` and what else `compileScopes` finds */
export function prepareTrace(scopes: readonly Scope[], options: EventDecoderOptions = {}): PreparedTrace {
  const compiled = compileScopes(scopes);
  const decoder = new EventDecoder({ ...options, context: { clockOffsetNs: wallClockOffsetNs() } });
  compileCodec(maps.seeds.key.layout);
  compileCodec(maps.seeds.value.layout);
  // Always collected, and the first to come.
  for (const kind of lifecycleKinds) decoder.prepare(kind);
  return { compiled, decoder };
}
