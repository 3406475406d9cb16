import type { Native } from '../ffi/native.js';
import { isHooked } from '../programs/program-type.js';
import { type MapHandle, mapHandles, type ProgramHandle, programHandles } from './handles.js';
import type { OpenedMap, OpenedProgram } from './opened-parts.js';
import { unknownName } from './unknown-name.js';

/** The maps and programs of an object that is not loaded yet, by name, as things stand now. */
export class NamedParts {
  readonly #native: Native;
  readonly #object: bigint;
  /** The name of the object's file in errors. */
  readonly #file: string;

  constructor(native: Native, object: bigint, file: string) {
    this.#native = native;
    this.#object = object;
    this.#file = file;
  }

  get programs(): ReadonlyMap<string, OpenedProgram> {
    const { libbpf } = this.#native;
    return new Map(
      programHandles(this.#native, this.#object).map(({ handle, ...facts }) => [
        facts.name,
        {
          name: facts.name,
          section: facts.section,
          hooked: isHooked(facts),
          enabled: libbpf.bpf_program__autoload(handle) !== 0,
        },
      ]),
    );
  }

  get maps(): ReadonlyMap<string, OpenedMap> {
    const { libbpf } = this.#native;
    return new Map(
      this.declaredMaps().map(({ handle, section: _, ...facts }) => [
        facts.name,
        { ...facts, enabled: libbpf.bpf_map__autocreate(handle) !== 0 },
      ]),
    );
  }

  /** The maps without those that libbpf makes of variables. */
  declaredMaps(): readonly MapHandle[] {
    return mapHandles(this.#native, this.#object).filter(({ section }) => section === undefined);
  }

  /** @throws {SpoorError} MAP_UNKNOWN */
  map(name: string): MapHandle {
    const maps = this.declaredMaps();
    const map = maps.find((candidate) => candidate.name === name);
    if (map !== undefined) return map;
    throw unknownName('MAP_UNKNOWN', `map ${name}`, { of: this.#file, known: maps.map((each) => each.name) });
  }

  /** @throws {SpoorError} PROGRAM_UNKNOWN */
  program(name: string): ProgramHandle {
    const programs = programHandles(this.#native, this.#object);
    const program = programs.find((candidate) => candidate.name === name);
    if (program !== undefined) return program;
    const known = programs.map((each) => each.name);
    throw unknownName('PROGRAM_UNKNOWN', `program ${name}`, { of: this.#file, known });
  }
}
