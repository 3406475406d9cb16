import { SpoorError } from '@spoor/core';
import { features, type OpenedObject } from '@spoor/object';

/** Names of variables of the environment, and those whose values are wanted too. */
export interface EnvironmentNames {
  readonly env?: readonly string[];
  readonly envValues?: readonly string[];
}

/** ENVIRONMENT_NAMES and ENVIRONMENT_NAME_MAX of bpf/maps/environment.h. */
const mostNames = 16;
const nameBytes = 32;

export const expectedNames = `names of 1 to ${nameBytes - 1} bytes without =, such as TRACEPARENT, or the beginning of names with one * at its end, such as npm_*`;

/** A name, or the beginning of names with a star. */
export const isEnvironmentName = (name: string): boolean =>
  /^[^=*\0]*\*?$/.test(name) && name !== '' && Buffer.byteLength(name) < nameBytes;

/** Returns the first bytes of the variables of a name, and the mask that compares them. */
function environmentName(name: string, withValue: boolean) {
  const beginning = Buffer.from(name.endsWith('*') ? name.slice(0, -1) : `${name}=`);
  const words = (buffer: Buffer) =>
    Array.from({ length: nameBytes / 8 }, (_, index) => buffer.readBigUInt64LE(index * 8));
  const bytes = Buffer.alloc(nameBytes);
  beginning.copy(bytes);
  return {
    bytes: words(bytes),
    mask: words(Buffer.alloc(nameBytes).fill(0xff, 0, beginning.length)),
    withValue: withValue ? 1n : 0n,
  };
}

/**
 * Sets the constants of the kernel side. The first name that fits counts, so those with values come
 * first.
 */
export function setEnvironmentNames(
  opened: OpenedObject,
  { env = [], envValues = [] }: EnvironmentNames,
): void {
  const count = env.length + envValues.length;
  if (count === 0) return;
  if (count > mostNames) {
    throw new SpoorError(
      'INVALID_VALUE',
      `env and envValues have ${count} names together; the most is ${mostNames}`,
      {
        remedy: 'Write the beginning that several names share, with a star: npm_*',
      },
    );
  }
  if (!features.has('bpf_loop')) {
    throw new SpoorError(
      'UNSUPPORTED',
      'This kernel cannot report variables of the environment: it lacks bpf_loop',
      {
        remedy: 'Leave out env and envValues, or use Linux 5.17 or later.',
      },
    );
  }
  const names = [
    ...envValues.map((name) => environmentName(name, true)),
    ...env.map((name) => environmentName(name, false)),
  ];
  const unused = environmentName('*', false);
  opened.setConstant('environment_names_count', count).setConstant(
    'environment_names',
    Array.from({ length: mostNames }, (_, index) => names[index] ?? unused),
  );
}
