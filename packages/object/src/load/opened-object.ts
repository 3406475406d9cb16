import {
  assertLayout,
  type Btf,
  type GeneratedObject,
  type Layout,
  layoutOf,
  type ObjectFile,
} from '@spoor/btf';
import { errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { disposeWithThread, forgetWithThread } from '../libc/ending-thread.js';
import { preferLink } from '../links/struct-ops.js';
import { possibleCpus } from '../maps/kernel-map.js';
import { checkMapSize } from '../maps/map-size.js';
import { type FunctionTarget, requireTargets, setFunctionTarget } from '../programs/function-target.js';
import { type Constant, Constants } from './constants.js';
import type {
  MapName,
  ProgramName,
  ReadValue,
  Untyped,
  VariableName,
  WrittenValue,
} from './generated-types.js';
import type { MapHandle } from './handles.js';
import { loadObject, loadObjectElsewhere, type ObjectToLoad } from './load.js';
import type { LoadedObject } from './loaded-object.js';
import { NamedParts } from './named-parts.js';
import type { LoadOptions, OpenedMap, OpenedProgram } from './opened-parts.js';
import type { RelocationFile } from './relocation-file.js';

/**
 * A BPF object that was read and is not in the kernel: everything that can be chosen is chosen
 * here. Needs no privilege.
 *
 * `load()` ends this phase, whether it succeeds or not; any later call throws `WRONG_PHASE`.
 * Dispose an object that is not going to be loaded.
 *
 * @example
 * ```ts
 * using opened = openObject('trace.bpf.o');
 * opened.setConstant('target_tgid', process.pid).disableProgram('on_fork');
 * using loaded = opened.load();
 * ```
 */
export class OpenedObject<M extends GeneratedObject = Untyped> implements Disposable {
  readonly name: string;
  /** The name of the object's file in errors. */
  readonly file: string;
  readonly btf: Btf;
  readonly #native: Native;
  readonly #source: ObjectFile;
  readonly #types: RelocationFile | undefined;
  readonly #maps: GeneratedObject['maps'];
  readonly #constants: Constants;
  /** Names of the programs that `setTarget` gave a target. */
  readonly #targets = new Set<string>();
  #handle: bigint;
  #phase: 'opened' | 'loaded' | 'disposed' = 'opened';

  /** @internal Use `openObject`. */
  constructor(
    native: Native,
    handle: bigint,
    object: {
      readonly name: string;
      readonly source: ObjectFile;
      readonly types: RelocationFile | undefined;
      readonly maps: GeneratedObject['maps'];
    },
  ) {
    this.#native = native;
    this.#handle = handle;
    this.#source = object.source;
    this.#types = object.types;
    this.#maps = object.maps;
    this.name = object.name;
    this.file = object.source.file;
    this.btf = object.source.btf;
    this.#constants = new Constants(native, object.source);
    disposeWithThread(this);
  }

  /** By name, as things stand now. */
  get programs(): ReadonlyMap<string, OpenedProgram> {
    return this.#parts('list programs').programs;
  }

  /** The declared maps by name, as things stand now; not those that libbpf makes of variables. */
  get maps(): ReadonlyMap<string, OpenedMap> {
    return this.#parts('list maps').maps;
  }

  /** By name, as things stand now. */
  get constants(): ReadonlyMap<string, Constant> {
    const object = this.#opened('list constants');
    return new Map(this.#constants.names.map((name) => [name, this.#constants.read(object, name)]));
  }

  /**
   * One of the constants, as it stands now.
   *
   * @throws {SpoorError} CONSTANT_UNKNOWN, `WRONG_PHASE`
   */
  constant<Name extends VariableName<M['constants']>>(name: Name): Constant<ReadValue<M['constants'], Name>> {
    const constant = this.#constants.read(this.#opened('read a constant'), name);
    return constant as Constant<ReadValue<M['constants'], Name>>;
  }

  /**
   * Sets a constant, or a part of one: `limits[1]`, `config.high`. Values are those of the
   * variable's C type: a number, a boolean, a string for `char[N]`, an array, an object with
   * camelCase names for a struct. At every depth, a 64-bit integer takes a bigint or a whole
   * number, an enum also the name of an enumerator, and `__u8[N]` also an array of numbers.
   *
   * @throws {SpoorError} CONSTANT_UNKNOWN, `NAME_AMBIGUOUS`, `CONSTANT_TYPE`, `WRONG_PHASE`
   */
  setConstant<Name extends VariableName<M['constants']>>(
    name: Name,
    value: WrittenValue<M['constants'], Name>,
  ): this {
    this.#constants.write(this.#opened('set a constant'), name, value);
    return this;
  }

  /**
   * @param maxEntries entries, or bytes of a ring buffer: a power of two, at least a page
   * @throws {SpoorError} MAP_UNKNOWN, `MAP_SIZE`, `RING_SIZE`, `MAP_KIND`, `WRONG_PHASE`
   */
  resizeMap(name: MapName<M>, maxEntries: number): this {
    const map = this.#parts('resize a map').map(name);
    this.#checkSize(map, maxEntries);
    this.#done(
      this.#native.libbpf.bpf_map__set_max_entries(map.handle, maxEntries),
      `bpf_map__set_max_entries(${name})`,
    );
    return this;
  }

  /**
   * Chooses whether `load()` creates the map. A program that is loaded must not use one that is not
   * created.
   */
  enableMap(name: MapName<M>, enabled = true): this {
    const { handle } = this.#parts('enable or disable a map').map(name);
    this.#done(
      this.#native.libbpf.bpf_map__set_autocreate(handle, Number(enabled)),
      `bpf_map__set_autocreate(${name})`,
    );
    return this;
  }

  /** `enableMap(name, false)`. */
  disableMap(name: MapName<M>): this {
    return this.enableMap(name, false);
  }

  /**
   * Chooses whether `load()` loads the program.
   *
   * @throws {SpoorError} PROGRAM_UNKNOWN, `WRONG_PHASE`
   */
  enableProgram(name: ProgramName<M>, enabled = true): this {
    const program = this.#parts('enable or disable a program').program(name);
    const { libbpf } = this.#native;
    this.#done(
      libbpf.bpf_program__set_autoload(program.handle, Number(enabled)),
      `bpf_program__set_autoload(${name})`,
    );
    return this;
  }

  /** `enableProgram(name, false)`. */
  disableProgram(name: ProgramName<M>): this {
    return this.enableProgram(name, false);
  }

  /**
   * Chooses the function of a program whose section names none, such as `fentry`, or that of
   * another program for `freplace`.
   *
   * @throws {SpoorError} UNSUPPORTED when the kernel has no function of that name
   * @throws {SpoorError} INVALID_VALUE for other kinds of programs
   * @throws {SpoorError} PROGRAM_UNKNOWN, `WRONG_PHASE`
   */
  setTarget(name: ProgramName<M>, target: FunctionTarget): this {
    setFunctionTarget(this.#native, this.#parts('set a target').program(name), target);
    this.#targets.add(name);
    return this;
  }

  /**
   * Compares the C types that code was generated from with the object's own.
   *
   * @param layouts by C name, as `layoutOf` takes it: `struct event_header`
   * @throws {SpoorError} LAYOUT_MISMATCH naming the field, both types and both offsets;
   *   `LAYOUT_UNKNOWN`
   */
  assertLayouts(layouts: Readonly<Record<string, Layout>>): this {
    for (const [name, expected] of Object.entries(layouts)) {
      assertLayout(expected, layoutOf(this.btf, name), { file: this.file });
    }
    return this;
  }

  /**
   * Creates the maps and loads the enabled programs. Takes CAP_BPF and CAP_PERFMON. When it fails
   * nothing stays in the kernel, and this object is disposed.
   *
   * @throws {SpoorError} NO_PRIVILEGE, `LOCKDOWN`, `BTF_MISSING`, `VERIFIER_REJECTED` (its last
   *   useful lines in the message, the whole log in `details.log`), `MAP_SIZE`, `RING_SIZE`,
   *   `UNSUPPORTED`, `LOAD_FAILED`, `WRONG_PHASE`
   */
  load(options: LoadOptions = {}): LoadedObject<M> {
    const handle = this.#leave();
    using _types = this.#types;
    return loadObject<M>(this.#native, handle, this.#toLoad(options));
  }

  /**
   * As `load`, while this thread goes on: verification takes a tenth of a second and more. It has
   * begun when this returns. With a driver that has no asynchronous calls (node:ffi) it is over by
   * then.
   *
   * @throws SpoorError as `load`; what cannot be loaded as it is configured is thrown at once, all
   *   else rejects
   */
  loadAsync(options: LoadOptions = {}): Promise<LoadedObject<M>> {
    const handle = this.#leave();
    const loading = loadObjectElsewhere<M>(this.#native, handle, this.#toLoad(options));
    return loading.finally(() => this.#types?.[Symbol.dispose]());
  }

  [Symbol.dispose](): void {
    if (this.#phase !== 'opened') return;
    this.#phase = 'disposed';
    forgetWithThread(this);
    this.#native.libbpf.bpf_object__close(this.#handle);
    this.#types?.[Symbol.dispose]();
    this.#handle = 0n;
  }

  /** Releases the object. Idempotent. */
  close(): void {
    this[Symbol.dispose]();
  }

  #opened(what: string): bigint {
    if (this.#phase === 'opened') return this.#handle;
    throw new SpoorError('WRONG_PHASE', `${this.name} is ${this.#phase} already: it is too late to ${what}`, {
      remedy: 'Open the object again with openObject().',
    });
  }

  /** Ends the phase: the handle is the loader's from here on. */
  #leave(): bigint {
    const handle = this.#opened('load');
    const { libbpf } = this.#native;
    for (const map of this.#parts('load').declaredMaps()) {
      if (libbpf.bpf_map__autocreate(map.handle) !== 0) this.#checkSize(map, map.maxEntries);
      preferLink(this.#native, map);
    }
    requireTargets(this.#native, handle, this.#targets);
    this.#phase = 'loaded';
    this.#handle = 0n;
    forgetWithThread(this);
    return handle;
  }

  #toLoad({ verifierStatistics = false }: LoadOptions): ObjectToLoad {
    return { name: this.name, source: this.#source, maps: this.#maps, verifierStatistics };
  }

  #parts(what: string): NamedParts {
    return new NamedParts(this.#native, this.#opened(what), this.file);
  }

  #checkSize(map: MapHandle, maxEntries: number): void {
    checkMapSize(map, maxEntries, {
      pageSize: this.#native.libc.getpagesize(),
      cpus: possibleCpus(this.#native),
    });
  }

  #done(status: number, call: string): void {
    if (status === 0) return;
    throw new SpoorError('SYSCALL_FAILED', `${this.name}: ${call} failed: ${errnoName(status)}`, {
      call,
      errno: -status,
    });
  }
}
