import { SpoorError } from '@spoor/core';
import { tooMany } from '../grammar/check.js';
import { quoted } from '../grammar/syntax-error.js';
import { maxScopes } from '../scope.js';

/** The bit of each scope, and the version that gave it. */
export interface ScopeBits {
  /** Counts up with each set of scopes, from 1. */
  readonly version: bigint;
  /** By bit: the name that has it. */
  readonly names: readonly (string | undefined)[];
  /** By bit: the version that gave it to this name, or when it is free, to the last one. */
  readonly born: readonly bigint[];
}

/** Before any scopes. */
export const noBits: ScopeBits = {
  version: 0n,
  names: new Array(maxScopes).fill(undefined),
  born: new Array(maxScopes).fill(0n),
};

/**
 * Gives a bit to each name. A name that was there keeps its bit, and so whom it follows. A new name
 * gets a bit that was free already: one that this very change frees may still be set, under its old
 * meaning, by a program that began a moment ago with the old scopes (see bpf/filters/follow.h).
 * Only when no other is left is such a bit taken.
 *
 * @throws {SpoorError} TOO_MANY_SCOPES beyond 64; INVALID_VALUE when a name is there twice
 */
export function assignBits(scopeNames: readonly string[], before: ScopeBits): ScopeBits {
  const problem = tooMany(scopeNames.length);
  if (problem !== undefined) {
    throw new SpoorError('TOO_MANY_SCOPES', problem, {
      remedy: 'Combine values of one filter in a list: comm=a,b is one scope.',
    });
  }
  const wanted = new Set(scopeNames);
  const double = scopeNames.find((name, index) => scopeNames.indexOf(name) !== index);
  if (double !== undefined) {
    throw new SpoorError('INVALID_VALUE', `duplicate scope name ${quoted(double)}`, {
      remedy: 'Rename one of them. The scope of a traced command is named command.',
    });
  }

  const version = before.version + 1n;
  const kept = new Set(before.names.filter((name) => name !== undefined && wanted.has(name)));
  const names = before.names.map((name) => (kept.has(name) ? name : undefined));
  const born = [...before.born];
  const free = names.flatMap((name, bit) => (name === undefined ? [bit] : []));
  // Stable: free before comes first, freed just now last.
  free.sort((a, b) => Number(before.names[a] !== undefined) - Number(before.names[b] !== undefined));
  for (const name of scopeNames) {
    if (kept.has(name)) continue;
    const bit = free.shift()!;
    names[bit] = name;
    born[bit] = version;
  }
  return { version, names, born };
}

/** The word with the bits for which `test` holds. */
export function wordOf(bits: Iterable<number>): bigint {
  let word = 0n;
  for (const bit of bits) word |= 1n << BigInt(bit);
  return word;
}
