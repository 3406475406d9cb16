import { basename } from 'node:path';
import type { GeneratedObject } from '@spoor/btf';
import { readRegularFile, SpoorError } from '@spoor/core';

export interface ObjectSource {
  /** Ours: what is parsed refers to them. */
  readonly bytes: Uint8Array;
  /** The name of the input in errors: a path, or the object's name. */
  readonly file: string;
  /** Letters, digits and underscores: it becomes part of names in the kernel. */
  readonly name: string;
  /** Types of the maps by their names, as a generated module has them. */
  readonly maps: GeneratedObject['maps'];
}

/** @throws {SpoorError} FILE_UNREADABLE */
export function readSource(
  source: string | Uint8Array | GeneratedObject,
  name: string | undefined,
): ObjectSource {
  if (isGenerated(source)) {
    const { object, maps } = source;
    return { ...readSource(Buffer.from(object, 'base64'), name ?? source.name), maps };
  }
  if (typeof source !== 'string') {
    const own = name ?? 'object';
    return { bytes: new Uint8Array(source), file: own, name: plainName(own), maps: {} };
  }
  try {
    const own = name ?? basename(source).replace(/(\.bpf)?\.o$/, '');
    return { bytes: readRegularFile(source), file: source, name: plainName(own), maps: {} };
  } catch (cause) {
    throw new SpoorError(
      'FILE_UNREADABLE',
      `the object ${source} cannot be read: ${(cause as Error).message}`,
      {
        remedy: 'Give the path of a compiled BPF object (.o).',
        details: { file: source },
        cause,
      },
    );
  }
}

const isGenerated = (source: string | Uint8Array | GeneratedObject): source is GeneratedObject =>
  typeof source === 'object' && source !== null && 'object' in source && typeof source.object === 'string';

/** libbpf puts the name before a dot to name the object's own maps: a dot in it would blur them. */
function plainName(name: string): string {
  return name.replace(/\W/g, '_') || 'object';
}
