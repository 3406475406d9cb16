import type { Btf, GeneratedObject, ObjectFile, RecordOf } from '@spoor/btf';
import { errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { disposeWithThread, forgetWithThread } from '../libc/ending-thread.js';
import { Link } from '../links/link.js';
import { attachStructOps, structOpsMap } from '../links/struct-ops.js';
import { Globals } from '../maps/globals.js';
import { KernelMap } from '../maps/kernel-map.js';
import { Variables } from '../maps/variable.js';
import { LoadedProgram } from '../programs/program.js';
import { openTypedRing } from '../rings/open-typed-ring.js';
import type { RecordTypes } from '../rings/record-decoder.js';
import type { RingOptions } from '../rings/ring-options.js';
import type { TypedRing } from '../rings/typed-ring.js';
import type { MapName, ProgramName, RingName, RingRecord, Untyped } from './generated-types.js';
import { type MapHandle, mapHandles, type ProgramHandle } from './handles.js';
import { unknownName } from './unknown-name.js';

/** A program that `LoadedObject.attach` did not attach. */
export interface LeftAlone {
  readonly program: string;
  readonly section: string;
  /** Why: it lacks a target, it runs on demand, or it is attached already. */
  readonly reason: string;
}

/** The links that `LoadedObject.attach` made. */
export interface AttachedLinks extends ReadonlyArray<Link> {
  /** The programs that it did not attach. */
  readonly leftAlone: readonly LeftAlone[];
}

/**
 * A BPF object that is in the kernel: its maps exist and its programs are verified; none runs
 * before it is attached.
 *
 * Nothing is ever pinned: everything goes when this is disposed. It also goes when the process ends
 * by SIGKILL, but for the few hooks without a link of the kernel that the README lists.
 *
 * @example
 * ```ts
 * using loaded = openObject('trace.bpf.o').load();
 * loaded.attach();
 * console.log(loaded.globals.read('hits'));
 * ```
 */
export class LoadedObject<M extends GeneratedObject = Untyped> implements Disposable {
  readonly name: string;
  readonly btf: Btf;
  /** The declared maps that were created, by name. */
  readonly maps: ReadonlyMap<string, KernelMap>;
  /** The programs that were loaded, by name. */
  readonly programs: ReadonlyMap<string, LoadedProgram>;
  /** The variables in `.data` and `.bss`, in place. */
  readonly globals: Globals<M['globals']>;
  readonly #native: Native;
  readonly #structOps: ReadonlyMap<string, MapHandle>;
  /** Types of the maps, as a generated module has them. */
  readonly #declared: GeneratedObject['maps'];
  readonly #rings = new Map<string, TypedRing<unknown>>();
  #structOpsLinks: readonly Link[] = [];
  #handle: bigint;

  /** @internal Use `OpenedObject.load`. */
  constructor(
    native: Native,
    handle: bigint,
    object: {
      readonly name: string;
      readonly source: ObjectFile;
      readonly maps: GeneratedObject['maps'];
      readonly programs: readonly ProgramHandle[];
    },
  ) {
    this.#native = native;
    this.#handle = handle;
    this.name = object.name;
    this.btf = object.source.btf;
    this.#declared = object.maps;
    this.programs = new Map(
      object.programs.map(({ handle: program, ...facts }) => [
        facts.name,
        new LoadedProgram(native, program, facts),
      ]),
    );
    const maps = new Map<string, KernelMap>();
    const sections = new Map<string, KernelMap>();
    const structOps = new Map<string, MapHandle>();
    for (const entry of mapHandles(native, handle)) {
      const { handle: map, section, ...facts } = entry;
      const fd = native.libbpf.bpf_map__fd(map);
      if (fd >= 0 && facts.type === structOpsMap) structOps.set(facts.name, entry);
      if (fd >= 0)
        (section === undefined ? maps : sections).set(facts.name, new KernelMap(native, fd, facts));
    }
    this.maps = maps;
    this.#structOps = structOps;
    this.globals = new Globals(native, {
      variables: new Variables(object.source, ['.data', '.bss']),
      maps: sections,
    });
    disposeWithThread(this);
  }

  /** @throws {SpoorError} MAP_UNKNOWN */
  map(name: MapName<M>): KernelMap {
    const found = this.maps.get(name);
    if (found !== undefined) return found;
    throw unknownName('MAP_UNKNOWN', `map ${name} that is loaded`, {
      of: this.name,
      known: this.maps.keys(),
    });
  }

  /**
   * Opens a ring buffer or a perf buffer to read its records. A generated module knows their types.
   * Without one, `records` has their layouts. Without both, a record is its bytes. The ring is
   * closed with the object. Linux 5.8 for a ring buffer.
   *
   * @param options `records` are layouts that records are told apart by with their lengths. With a
   *   `tag`, `records` has a layout per value of that field.
   * @throws {SpoorError} MAP_UNKNOWN, MAP_KIND when it is not a ring that can be read
   * @throws {SpoorError} INVALID_VALUE when nothing tells two record types apart, or an option has
   *   a wrong value; UNKNOWN_OPTION for an unknown one
   * @throws {SpoorError} WRONG_PHASE when the object is closed, or the ring has an open reader
   * @throws {SpoorError} the errors of `openRing` and `openPerfBuffer`
   *
   * @example
   * ```ts
   * loaded.attach();
   * for await (const bytes of loaded.ring('ring', { signal: AbortSignal.timeout(100) })) {
   *   console.log(bytes.length);
   * }
   * ```
   */
  ring<const R extends RecordTypes>(name: RingName<M>, options: RingOptions & R): TypedRing<RecordOf<R>>;
  ring<Name extends RingName<M>>(name: Name, options?: RingOptions): TypedRing<RingRecord<M, Name>>;
  ring(name: string, options: RingOptions & Partial<RecordTypes> = {}): Disposable {
    const map = this.map(name as MapName<M>);
    const ring = openTypedRing(map, this.#declared[name], options);
    this.#rings.set(name, ring);
    return ring;
  }

  /** @throws {SpoorError} PROGRAM_UNKNOWN */
  program(name: ProgramName<M>): LoadedProgram {
    const found = this.programs.get(name);
    if (found !== undefined) return found;
    const known = this.programs.keys();
    throw unknownName('PROGRAM_UNKNOWN', `program ${name} that is loaded`, { of: this.name, known });
  }

  /**
   * Attaches every program whose section names its target, and every struct_ops map, in the order
   * of the object. When one fails, those that this call attached are detached again.
   *
   * @returns the links; `leftAlone` has the programs that lack a target, run on demand or are
   *   attached already, each with the reason
   * @throws {SpoorError} ATTACH_FAILED, `NO_PRIVILEGE`, `LOCKDOWN`, `WRONG_PHASE`
   *
   * @example
   * ```ts
   * const links = loaded.attach();
   * for (const { program, reason } of links.leftAlone) console.log(program, reason);
   * ```
   */
  attach(): AttachedLinks {
    const links: Link[] = [];
    const leftAlone: LeftAlone[] = [];
    try {
      for (const program of this.programs.values()) {
        const reason = program.attached ? 'it is attached already' : program.lacksTarget();
        if (reason === undefined) links.push(program.attach());
        else if (!program.inMap) leftAlone.push({ program: program.name, section: program.section, reason });
      }
      for (const name of this.#structOps.keys()) {
        const isAttached = this.#structOpsLinks.some((link) => link.program === name && link.attached);
        if (!isAttached) links.push(this.attachMap(name));
      }
      return Object.assign(links, { leftAlone });
    } catch (error) {
      for (const link of links.reverse()) link.detach();
      throw error;
    }
  }

  /**
   * Attaches a struct_ops map: from now on the kernel calls its programs, such as those of a TCP
   * congestion control. From kernel 6.4 on, it is detached when the process ends. Before, it stays
   * until it is detached.
   *
   * @throws {SpoorError} MAP_KIND when the map is of another type; `MAP_UNKNOWN`; `ATTACH_FAILED`,
   *   `NO_PRIVILEGE` or `LOCKDOWN` when the kernel refuses; `WRONG_PHASE`
   */
  attachMap(name: MapName<M>): Link {
    const map = this.#structOps.get(name);
    if (map === undefined) {
      throw new SpoorError(
        'MAP_KIND',
        `the map ${this.map(name).name} is not attached: it has no functions`,
        {
          remedy: 'Only maps of a section .struct_ops are attached.',
        },
      );
    }
    if (this.#handle === 0n) {
      throw new SpoorError('WRONG_PHASE', `the map ${name} is gone: its object was disposed`);
    }
    const link = new Link(this.#native, attachStructOps(this.#native, map), name);
    this.#structOpsLinks = [...this.#structOpsLinks.filter(({ attached }) => attached), link];
    return link;
  }

  /**
   * Has the kernel measure run time and run count of all BPF programs (`ProgramInfo`) until the
   * result is disposed; costs each run some 20 ns. Kernel 5.8.
   *
   * @throws {SpoorError} SYSCALL_FAILED
   */
  enableStats(): Disposable {
    const fd = this.#native.libbpf.bpf_enable_stats(0 /* BPF_STATS_RUN_TIME */);
    if (fd < 0) {
      throw new SpoorError(
        'SYSCALL_FAILED',
        `statistics of BPF programs cannot be switched on: ${errnoName(fd)}`,
        {
          call: 'bpf_enable_stats',
          errno: -fd,
        },
      );
    }
    const { libc } = this.#native;
    let open = true;
    return {
      [Symbol.dispose]() {
        if (open) libc.close(fd);
        open = false;
      },
    };
  }

  /** Detaches every program, lets go of mapped memory, and unloads. Idempotent. */
  [Symbol.dispose](): void {
    const handle = this.#handle;
    if (handle === 0n) return;
    this.#handle = 0n;
    forgetWithThread(this);
    for (const link of this.#structOpsLinks) link.detach();
    for (const program of [...this.programs.values()].reverse()) program.retire();
    for (const ring of this.#rings.values()) ring.close();
    this.globals[Symbol.dispose]();
    for (const map of this.maps.values()) map.retire();
    this.#native.libbpf.bpf_object__close(handle);
  }

  /** Detaches and unloads. Idempotent. */
  close(): void {
    this[Symbol.dispose]();
  }
}
