import { maps, ScopeSet } from '@spoor/bpf';
import { compileCodec } from '@spoor/btf';
import { typedMap } from '@spoor/map';
import type { KernelSide } from './kernel-side.js';

export const commandScopeBit = 1n;

export function writeCommandScope(kernel: KernelSide): void {
  const codec = compileCodec(ScopeSet.layout);
  const value = codec.decode(new Uint8Array(codec.size)) as any;
  value.version = 1n;
  value.enabled = 1n;
  value.follow = 1n;
  value.users[2] = 1n;
  value.slices[2] = { start: 0, count: 1 };
  value.events.fill(1n);
  typedMap(kernel.object.map('scope_set_0'), maps.scope_set_0).set(0, value);
}
