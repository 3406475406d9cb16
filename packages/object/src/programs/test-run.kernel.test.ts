import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { type LoadedObject, openObject } from '../index.js';

/** Of `struct __sk_buff` of linux/bpf.h. */
const markOffset = 8;
const secondControlOffset = 52;

const packet = new Uint8Array(64).map((_, index) => index);
let loaded: LoadedObject;
beforeAll(() => {
  loaded = openObject(compileFixture('packets')).load();
});
afterAll(() => loaded.close());

it('a packet and its context come back as the program left them', () => {
  const { returned, data, context } = loaded.program('mark').testRun({ data: packet });
  expect(returned).toBe(0);
  expect(data).toEqual(packet.with(0, 0x99));
  const view = new DataView(context.buffer, context.byteOffset, context.length);
  expect(view.getUint32(markOffset, true)).toBe(7);
  expect(view.getUint32(secondControlOffset, true)).toBe(64);
  // The given packet is not changed.
  expect(packet[0]).toBe(0);
});

it('a context that was given is continued', () => {
  const given = new Uint8Array(192);
  new DataView(given.buffer).setUint32(markOffset, 100, true);
  const { context } = loaded.program('mark').testRun({ data: packet, context: given });
  expect(new DataView(context.buffer).getUint32(markOffset, true)).toBe(107);
  expect(new DataView(given.buffer).getUint32(markOffset, true)).toBe(100);
});

it('a packet can get longer, at its end and at its beginning', () => {
  const tail = loaded.program('longer').testRun({ data: packet }).data;
  expect(tail).toEqual(Uint8Array.of(...packet, ...new Array(100).fill(0)));
  const { returned, data } = loaded.program('rewrite').testRun({ data: packet });
  expect(returned).toBe(3);
  expect(data).toEqual(Uint8Array.of(0xaa, 0, 0, 0, ...packet));
});

it('the context of xdp tells where the packet is', () => {
  const given = new Uint8Array(24);
  new DataView(given.buffer).setUint32(4, packet.length, true);
  const { context } = loaded.program('rewrite').testRun({ data: packet, context: given });
  expect(context).toHaveLength(24);
  expect(new DataView(context.buffer).getUint32(4, true)).toBe(packet.length + 4);
});

it('the last of several runs is returned', () => {
  const { data, context } = loaded.program('longer').testRun({ data: packet, repeat: 3 });
  expect(data.length).toBeGreaterThan(packet.length);
  expect(context.length).toBeGreaterThan(100);
});
