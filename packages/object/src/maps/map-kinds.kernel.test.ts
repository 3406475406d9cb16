import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@spoor/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { kernelSince } from '../../test/kernel.js';
import { native } from '../ffi/native.js';
import { createMap, type LoadedObject, openMap, openObject, openUserRing, setDescriptor } from '../index.js';
import { socketPair } from '../system.js';

const { EINVAL, ENOENT } = constants.errno;
const u32 = (...values: number[]) => new Uint8Array(new Uint32Array(values).buffer);
const u64 = (...values: bigint[]) => new Uint8Array(new BigUint64Array(values).buffer);
const none = new Uint8Array(0);
const cgroups = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];

let object: LoadedObject;
beforeAll(() => {
  const opened = openObject(compileFixture('map-kinds'));
  // Kernel 5.16.
  if (!kernelSince('5.16')) opened.disableMap('bloom');
  object = opened.load();
});
afterAll(() => object.close());

/** Returns what a program of type socket filter returned for a packet. */
const run = (program: string) => object.program(program).testRun({ data: new Uint8Array(64) }).returned;

const shape = { type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 } as const;

describe('a value that is a descriptor', () => {
  it('is a program of a prog_array, which tail calls reach', () => {
    const programs = object.map('programs');
    expect(run('call')).toBe(3);
    setDescriptor(programs, 1, object.program('called'));
    expect(run('call')).toBe(7);
    expect(object.globals.read('tail')).toBe(1);
    expect(programs.delete(u32(1))).toBe(0);
    expect(run('call')).toBe(3);
    expect(errorOf(() => setDescriptor(programs, 4, object.program('called')))).toMatchObject({
      code: 'MAP_FULL',
      remedy: expect.stringContaining('4 entries'),
    });
    expect(errorOf(() => setDescriptor(programs, 0, object.map('stacks')))).toMatchObject({
      code: 'INVALID_VALUE',
      remedy: expect.stringContaining('a program of the type'),
    });
  });

  it.each(['tables', 'table_list'])('is a map of %s, and a look-up gives its id', (name) => {
    const outer = object.map(name);
    const key = name === 'tables' ? 2 : 1;
    using inner = createMap({ ...shape, name: 'inner' });
    inner.update(u32(5), u64(99n), 0);
    setDescriptor(outer, key, inner);
    if (name === 'tables') expect([run('look'), object.globals.read('found')]).toEqual([1, 99n]);
    const id = new Uint8Array(4);
    expect(outer.lookup(u32(key), id)).toBe(0);
    using same = openMap({ id: new Uint32Array(id.buffer)[0]! });
    expect(same).toMatchObject({ name: 'inner', type: 1, keySize: 4, valueSize: 8, maxEntries: 8, flags: 0 });
    const value = new Uint8Array(8);
    expect([same.lookup(u32(5), value), value]).toEqual([0, u64(99n)]);
    using other = createMap({ ...shape, valueSize: 16 });
    expect(errorOf(() => setDescriptor(outer, key, other))).toMatchObject({
      code: 'INVALID_VALUE',
      errno: EINVAL,
      remedy: expect.stringContaining('the inner map that C declares'),
    });
    expect(outer.delete(u32(key))).toBe(0);
  });

  // UNIX sockets since kernel 5.15.
  it.runIf(kernelSince('5.15'))('is a socket of a sockmap', () => {
    const [one, other] = socketPair();
    setDescriptor(object.map('sockets'), 0, one);
    expect(object.map('sockets').delete(u32(0))).toBe(0);
    closeSync(one);
    closeSync(other);
  });

  it.runIf(cgroups !== undefined)('is a cgroup of a cgroup_array', () => {
    const cgroup = openSync(cgroups!, 'r');
    setDescriptor(object.map('cgroups'), 0, cgroup);
    closeSync(cgroup);
    expect(object.map('cgroups').delete(u32(0))).toBe(0);
  });

  it('is not a value of other maps, and has to be open', () => {
    expect(errorOf(() => setDescriptor(object.map('stacks'), 0, 0))).toMatchObject({ code: 'MAP_KIND' });
    expect(errorOf(() => setDescriptor(object.map('tables'), 0, 99_999))).toMatchObject({
      code: 'INVALID_VALUE',
    });
  });
});

describe('a raw map', () => {
  it.runIf(kernelSince('5.16'))('adds values to a bloom filter, and looks for them', () => {
    const bloom = object.map('bloom');
    expect(bloom.lookup(none, u64(7n))).toBe(-ENOENT);
    expect(bloom.update(none, u64(7n), 0)).toBe(0);
    expect(bloom.lookup(none, u64(7n))).toBe(0);
  });

  it('locks a value for a look-up, if it has a lock', () => {
    const locks = object.map('locks');
    expect(locks.update(u32(0), u32(0, 5), 4)).toBe(0);
    const value = u32(1, 1);
    expect(locks.lookup(u32(0), value, 4)).toBe(0);
    expect(value).toEqual(u32(0, 5));
    using plain = createMap(shape);
    expect(plain.lookup(u32(0), u64(0n), 4)).toBe(-EINVAL);
  });

  it('reads and writes kinds that nothing else knows', () => {
    expect(object.map('stacks')).toMatchObject({ type: 7, valueSize: 64 });
    expect(object.map('stacks').lookup(u32(3), new Uint8Array(64))).toBe(-ENOENT);
    const { devices, cpus } = { devices: object.map('devices'), cpus: object.map('cpus') };
    expect([devices.update(u32(3), u32(1), 0), devices.lookup(u32(3), u32(0))]).toEqual([0, 0]);
    expect([cpus.update(u32(0), u32(64), 0), cpus.delete(u32(0))]).toEqual([0, 0]);
  });
});

describe('a map without an object', () => {
  it('is there until it is closed', () => {
    const map = createMap({ ...shape, name: 'a-very-long-name-of-a-map' });
    expect([map.update(u32(1), u64(1n), 0), map.closed]).toEqual([0, false]);
    map.close();
    map.close();
    expect(map.closed).toBe(true);
    expect(errorOf(() => map.delete(u32(1)))).toMatchObject({ code: 'WRONG_PHASE' });
  });

  it.each([
    [{ type: 'hasch' }, 'MAP_KIND'],
    [{ type: 2, maxEntries: 0 }, 'MAP_SIZE'],
    [{ type: 'ringbuf', maxEntries: 1000 }, 'RING_SIZE'],
    [{ type: 'array', keySize: 8 }, 'MAP_SIZE'],
    [{ type: 'lpm_trie', keySize: 8 }, 'MAP_FLAGS'],
    [{ type: 4711 }, 'LOAD_FAILED'],
  ])('is refused as %j: %s', (given, code) => {
    const options = { ...shape, ...given } as Parameters<typeof createMap>[0];
    expect(errorOf(() => createMap(options))).toMatchObject({ code, remedy: expect.any(String) });
  });

  it('is found by the path of its pin', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spoor-pin-'));
    execFileSync('mount', ['-t', 'bpf', 'bpf', folder]);
    try {
      using map = createMap({ ...shape, name: 'pinned' });
      map.update(u32(1), u64(3n), 0);
      const path = join(folder, 'pin');
      // Names of maps are not unique: by its id.
      const outer = object.map('tables');
      setDescriptor(outer, 1, map);
      const id = new Uint8Array(4);
      outer.lookup(u32(1), id);
      execFileSync('bpftool', ['map', 'pin', 'id', String(new Uint32Array(id.buffer)[0]), path]);
      using same = openMap({ path });
      const value = new Uint8Array(8);
      expect([same.name, same.lookup(u32(1), value), value]).toEqual(['pinned', 0, u64(3n)]);
    } finally {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    }
  });

  it('is not found by an id or a path that nothing has', () => {
    expect(errorOf(() => openMap({ id: 2 ** 31 }))).toMatchObject({ code: 'MAP_UNKNOWN' });
    const folder = mkdtempSync(join(tmpdir(), 'spoor-pin-'));
    expect(errorOf(() => openMap({ path: join(folder, 'none') }))).toMatchObject({ code: 'MAP_UNKNOWN' });
    expect(errorOf(() => openMap({ path: folder }))).toMatchObject({ code: 'MAP_KIND' });
    rmSync(folder, { recursive: true });
  });
});

describe('a storage', () => {
  const file = compileFixture('storages');
  const storages = ['socket_storage', 'inode_storage', 'task_storage', 'cgroup_storage'] as const;

  /** Loads the object with one of its maps only. */
  function load(name: string): LoadedObject {
    const opened = openObject(file);
    for (const other of storages) opened.enableMap(other, other === name);
    return opened.load();
  }

  function check(name: string, fd: number): void {
    using storage = load(name);
    const map = storage.map(name);
    const value = new Uint8Array(8);
    expect(map.lookup(u32(fd), value)).toBe(-ENOENT);
    expect(map.update(u32(fd), u64(5n), 1)).toBe(0);
    expect([map.lookup(u32(fd), value), value]).toEqual([0, u64(5n)]);
    expect([map.delete(u32(fd)), map.lookup(u32(fd), value)]).toEqual([0, -ENOENT]);
    closeSync(fd);
  }

  it('of sockets has one value per socket', () => {
    const [one, other] = socketPair();
    check('socket_storage', one);
    closeSync(other);
  });

  // The kernel may be built without BPF LSM, which it belongs to.
  it.runIf(native().libbpf.libbpf_probe_bpf_map_type(28, null) === 1)(
    'of inodes has one value per file',
    () => {
      check('inode_storage', openSync('/proc/self/exe', 'r'));
    },
  );

  it.runIf(kernelSince('6.2') && cgroups !== undefined)('of cgroups has one value per cgroup', () => {
    check('cgroup_storage', openSync(cgroups!, 'r'));
  });
});

describe.runIf(kernelSince('6.1'))('a user ring', () => {
  it('gives records to a program, many times round', () => {
    using loaded = openObject(compileFixture('user-ring')).load();
    using ring = openUserRing(loaded.map('commands'));
    const drain = () => loaded.program('drain').testRun({ context: new Uint8Array(8) });
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      for (let number = 0; number < 100; number++) {
        expect(ring.submit(u32(number, round))).toBe(true);
        sum += number * round;
      }
      drain();
    }
    expect([loaded.globals.read('drained'), loaded.globals.read('sum')]).toEqual([2000n, BigInt(sum)]);
    let fit = 0;
    while (ring.submit(u32(1, 1))) fit++;
    expect([fit, ring.backlog]).toEqual([ring.size / 16, ring.size]);
    drain();
    expect([ring.backlog, ring.submit(u32(1, 1))]).toEqual([0, true]);
    expect(errorOf(() => ring.submit(new Uint8Array(ring.size)))).toMatchObject({ code: 'RING_SIZE' });
    ring.close();
    expect(errorOf(() => ring.submit(none))).toMatchObject({ code: 'WRONG_PHASE' });
    expect(errorOf(() => openUserRing(object.map('stacks')))).toMatchObject({ code: 'MAP_KIND' });
  });
});
