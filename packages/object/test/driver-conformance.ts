import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { CType, Driver, NativeLibrary } from '../src/ffi/driver.js';
import { bindNative } from '../src/ffi/native.js';

type Call = (...args: unknown[]) => unknown;

const mapFailed = 2n ** 64n - 1n;
const page = 4096;

/** The tests that every driver has to pass. */
export function driverConformance(name: string, make: () => Driver): void {
  describe(`the ${name} driver`, () => {
    const driver = make();
    const libc = driver.open('libc.so.6');
    const bind = (symbol: string, result: CType, ...args: Exclude<CType, 'void'>[]): Call =>
      libc.bind(symbol, { result, args }) as Call;
    const memset = bind('memset', 'pointer', 'pointer', 'i32', 'u64');
    const memcpy = bind('memcpy', 'pointer', 'pointer', 'pointer', 'u64');
    const mmap = bind('mmap', 'pointer', 'pointer', 'u64', 'i32', 'i32', 'i32', 'i64');
    const mapPage = (): bigint => mmap(null, BigInt(page), 3, 0x22, -1, 0n) as bigint;

    test('is called what it is chosen by', () => {
      expect(driver.name).toBe(name);
    });

    test('finds symbols, and throws for those and for libraries that are missing', () => {
      expect(bind('getpid', 'i32')()).toBe(process.pid);
      expect(() => bind('no_such_function', 'i32')).toThrow(/no_such_function/);
      expect(() => driver.open('libno-such-library.so.1')).toThrow();
    });

    test('passes integers of 8 and 32 bits with their signs', () => {
      const abs = bind('abs', 'i32', 'i32');
      expect(abs(-5)).toBe(5);
      expect(bind('toupper', 'u8', 'u8')(97)).toBe(65);
      // Only the lowest byte of the register is the result.
      expect(bind('labs', 'u8', 'i64')(-257n)).toBe(1);
      expect(bind('ntohl', 'u32', 'u32')(0x000000ff)).toBe(0xff000000);
      expect(bind('atoi', 'i32', 'pointer')(cString('-2147483648'))).toBe(-2147483648);
    });

    test('passes integers of 64 bits, beyond 2^53 and below zero, as bigint', () => {
      const parse = bind('strtoll', 'i64', 'pointer', 'pointer', 'i32');
      const parseUnsigned = bind('strtoull', 'u64', 'pointer', 'pointer', 'i32');
      const abs = bind('llabs', 'i64', 'i64');
      for (const value of [0n, 5n, -5n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
        expect(parse(cString(String(value)), null, 10)).toBe(value);
      }
      for (const value of [-1n, -(2n ** 53n) - 1n, -(2n ** 60n)]) expect(abs(value)).toBe(-value);
      expect(parseUnsigned(cString('18446744073709551615'), null, 10)).toBe(2n ** 64n - 1n);
      const major = bind('gnu_dev_major', 'u32', 'u64');
      expect(major(2n ** 64n - 1n)).toBe(0xffffffff);
      expect(major(0x0012_3456_0000_0700n)).toBe(0x0012_3007);
      expect(bind('gnu_dev_makedev', 'u64', 'u32', 'u32')(0xffffffff, 0xffffffff)).toBe(2n ** 64n - 1n);
    });

    test('gives pointers as addresses, and 0n for NULL', () => {
      const strchr = bind('strchr', 'pointer', 'pointer', 'i32');
      const text = cString('abc');
      expect(strchr(text, 'b'.charCodeAt(0))).toBe(driver.address(text) + 1n);
      expect(strchr(text, 'z'.charCodeAt(0))).toBe(0n);
    });

    test('takes memory as a pointer from the offset of its view', () => {
      const bytes = new Uint8Array(32);
      expect(memset(bytes.subarray(4), 7, 2n)).toBe(driver.address(bytes) + 4n);
      memset(new DataView(bytes.buffer, 8), 8, 2n);
      memset(new Uint32Array(bytes.buffer, 12, 1), 9, 4n);
      memset(Buffer.from(bytes.buffer, 20, 4), 10, 4n);
      memset(driver.address(bytes) + 28n, 11, 4n);
      memset(null, 1, 0n);
      memset(0n, 1, 0n);
      const expected = new Uint8Array(32);
      for (const [value, from, to] of [
        [7, 4, 6],
        [8, 8, 10],
        [9, 12, 16],
        [10, 20, 24],
        [11, 28, 32],
      ] as const) {
        expected.fill(value, from, to);
      }
      expect(bytes).toEqual(expected);
    });

    test('knows the address of any view', () => {
      const memory = new ArrayBuffer(64);
      const base = driver.address(new Uint8Array(memory));
      expect(driver.address(new Uint8Array(memory, 24, 8))).toBe(base + 24n);
      expect(driver.address(new DataView(memory, 40))).toBe(base + 40n);
      expect(driver.address(Buffer.from(memory, 8))).toBe(base + 8n);
    });

    test('reads texts in UTF-8', () => {
      for (const text of ['', 'plain', 'ünïcode – 語 🐝', 'x'.repeat(5000)]) {
        const bytes = cString(text);
        expect(driver.text(driver.address(bytes))).toBe(text);
      }
    });

    test('shows foreign memory in place: both sides see what the other writes', () => {
      const address = mapPage();
      const view = new Uint8Array(driver.view(address, page), 0, page);
      expect(view.every((byte) => byte === 0)).toBe(true);
      memset(address + 100n, 0x61, 3n);
      expect([...view.subarray(99, 104)]).toEqual([0, 0x61, 0x61, 0x61, 0]);
      view.set([0x62, 0x63, 0], 101);
      expect(driver.text(address + 100n)).toBe('abc');
      const later = new DataView(driver.view(address + 64n, 64), 0, 64);
      expect(later.getUint8(36)).toBe(0x61);
      later.setUint32(0, 0xdeadbeef, true);
      expect(new DataView(view.buffer, 0, page).getUint32(64, true)).toBe(0xdeadbeef);
    });

    test('shows foreign memory that Atomics works on', () => {
      const address = mapPage();
      const words = new BigInt64Array(driver.view(address, page), 0, 2);
      Atomics.store(words, 1, 2n ** 62n);
      expect(Atomics.load(words, 1)).toBe(2n ** 62n);
      const copy = new BigInt64Array(2);
      memcpy(copy, address, 16n);
      expect(copy[1]).toBe(2n ** 62n);
    });

    test('keeps memory alive and in place during the call', () => {
      const target = new Uint8Array(4096);
      for (let round = 0; round < 500; round++) {
        // Nobody but the call holds the source, and small ones start out inside of V8's heap.
        const length = round % 2 === 0 ? 48 : 4096;
        memcpy(target, new Uint8Array(length).fill(round % 251), BigInt(length));
        expect(target[length - 1]).toBe(round % 251);
      }
    });

    test('gives addresses that outlive collections as long as their memory is held', () => {
      const collect = garbageCollector();
      // Half of them start out inside of V8's heap, until they are asked for their address.
      const held = Array.from({ length: 200 }, (_, index) =>
        index % 2 === 0 ? new Uint8Array(24) : new Uint8Array(new ArrayBuffer(24)),
      );
      const addresses = held.map((bytes) => driver.address(bytes));
      collect();
      held.push(...Array.from({ length: 200 }, () => new Uint8Array(new ArrayBuffer(24))));
      collect();
      for (const [index, address] of addresses.entries()) memset(address, (index % 255) + 1, 24n);
      for (const [index, bytes] of held.slice(0, 200).entries()) {
        expect(bytes.every((byte) => byte === (index % 255) + 1)).toBe(true);
      }
    });

    test('tells errno of a failed call', () => {
      const close = bind('close', 'i32', 'i32');
      expect(close(-1)).toBe(-1);
      expect(driver.errno()).toBe(constants.errno.EBADF);
      expect(mmap(null, 0n, 3, 0x22, -1, 0n)).toBe(mapFailed);
      expect(driver.errno()).toBe(constants.errno.EINVAL);
    });

    test('calls on another thread, where it can', async () => {
      if (libc.bindAsync === undefined) {
        expect(name).toBe('node');
        return;
      }
      const elsewhere = (symbol: string, result: CType, ...args: Exclude<CType, 'void'>[]) =>
        libc.bindAsync!(symbol, { result, args }) as (...given: unknown[]) => Promise<unknown>;
      expect(await elsewhere('gettid', 'i32')()).not.toBe(bind('gettid', 'i32')());
      expect(await elsewhere('llabs', 'i64', 'i64')(-(2n ** 53n) - 1n)).toBe(2n ** 53n + 1n);
      const bytes = new Uint8Array(8);
      const address = driver.address(bytes);
      expect(await elsewhere('memset', 'pointer', 'pointer', 'i32', 'u64')(address, 7, 4n)).toBe(address);
      expect([...bytes]).toEqual([7, 7, 7, 7, 0, 0, 0, 0]);
      expect(await elsewhere('strchr', 'pointer', 'pointer', 'i32')(address + 4n, 1)).toBe(0n);
      expect(() => elsewhere('no_such_function', 'i32')).toThrow(/no_such_function/);
    });

    test('carries libbpf: -errno from its results, errno where it gives a pointer', () => {
      const { libbpf, libbpfVersion } = bindNative(driver);
      expect(Number.parseInt(libbpfVersion, 10)).toBeGreaterThanOrEqual(1);
      expect(libbpf.libbpf_num_possible_cpus()).toBe(possibleCpusByFile());
      const [key, value] = [new Uint8Array(4), new Uint8Array(8)];
      expect(libbpf.bpf_map_lookup_elem(-1, key, value)).toBe(-constants.errno.EBADF);
      expect(libbpf.bpf_map_update_elem(-1, key, value, 2n ** 63n)).toBe(-constants.errno.EBADF);
      const count = new Uint32Array([1]);
      expect(libbpf.bpf_map_lookup_batch(-1, null, key, key, value, count, null)).toBe(
        -constants.errno.EBADF,
      );
      const garbage = Buffer.alloc(512, 1);
      expect(libbpf.bpf_object__open_mem(garbage, 512n, null)).toBe(0n);
      expect(driver.errno()).toBeGreaterThan(0);
    });

    test('captures the warnings of libbpf', () => {
      const { libbpf, messages } = bindNative(driver);
      const mark = messages.mark();
      libbpf.bpf_object__open_mem(Buffer.alloc(512, 1), 512n, null);
      expect(messages.since(mark)[0]).toContain('elf: ');
    });

    test('binds one library any number of times', () => {
      const libraries: NativeLibrary[] = [driver.open('libc.so.6'), driver.open('libc.so.6')];
      const pids = libraries.map((library) =>
        (library.bind('getpid', { result: 'i32', args: [] }) as Call)(),
      );
      expect(pids).toEqual([process.pid, process.pid]);
    });
  });
}

const cString = (text: string): Uint8Array => Buffer.from(`${text}\0`);

function possibleCpusByFile(): number {
  const text = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim();
  return text.split(',').reduce((total, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return total + last - first + 1;
  }, 0);
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
