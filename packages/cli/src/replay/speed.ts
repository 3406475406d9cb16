import { SpoorError } from '@spoor/core';

/** `max` means without waits: an infinite speed. */
export function readSpeed(text: string, option: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (speed > 0) return speed;
  throw new SpoorError('INVALID_VALUE', `invalid value '${text}' for ${option}`, {
    remedy: 'Values: max, or a factor such as 1x, 10x or 0.5x.',
  });
}
