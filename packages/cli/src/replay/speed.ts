import { SpoorError } from '@spoor/core';

/** `max` is as fast as it goes: infinitely faster. */
export function readSpeed(text: string, option: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (speed > 0) return speed;
  throw new SpoorError('INVALID_VALUE', `${option} cannot be ${JSON.stringify(text)}`, {
    remedy: 'Give max, or how many times as fast: 1x, 10x, 0.5x.',
  });
}
