import type { Native } from '../ffi/native.js';
import type { MapFacts } from '../maps/kernel-map.js';
import type { ProgramFacts } from '../programs/program.js';

/** A map of libbpf's object: `struct bpf_map *` and what it says of itself. */
export interface MapHandle extends MapFacts {
  readonly handle: bigint;
  /** The ELF section behind a map that libbpf makes of variables; undefined for a declared map. */
  readonly section: string | undefined;
}

export interface ProgramHandle extends ProgramFacts {
  readonly handle: bigint;
}

/** All maps of an object, read anew: sizes may have changed. */
export function mapHandles(native: Native, object: bigint): readonly MapHandle[] {
  const { libbpf, driver } = native;
  const found: MapHandle[] = [];
  let handle = libbpf.bpf_object__next_map(object, 0n);
  for (; handle !== 0n; handle = libbpf.bpf_object__next_map(object, handle)) {
    const name = driver.text(libbpf.bpf_map__name(handle));
    const section = libbpf.bpf_map__is_internal(handle) === 0 ? undefined : sectionOf(name);
    found.push({
      handle,
      section,
      name: section ?? name,
      type: libbpf.bpf_map__type(handle),
      keySize: libbpf.bpf_map__key_size(handle),
      valueSize: libbpf.bpf_map__value_size(handle),
      maxEntries: libbpf.bpf_map__max_entries(handle),
      flags: libbpf.bpf_map__map_flags(handle),
    });
  }
  return found;
}

/**
 * libbpf calls the map of a section with a suffix by the section (`.data.extra`), and the others by
 * the object's name and the section (`spoor.rodata`).
 */
function sectionOf(name: string): string {
  return name.slice(Math.max(0, name.indexOf('.')));
}

export function programHandles(native: Native, object: bigint): readonly ProgramHandle[] {
  const { libbpf, driver } = native;
  const found: ProgramHandle[] = [];
  let handle = libbpf.bpf_object__next_program(object, 0n);
  for (; handle !== 0n; handle = libbpf.bpf_object__next_program(object, handle)) {
    found.push({
      handle,
      name: driver.text(libbpf.bpf_program__name(handle)),
      section: driver.text(libbpf.bpf_program__section_name(handle)),
      type: libbpf.bpf_program__type(handle),
      attachType: libbpf.bpf_program__expected_attach_type(handle),
    });
  }
  return found;
}
