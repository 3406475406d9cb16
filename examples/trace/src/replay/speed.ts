import { setTimeout } from 'node:timers/promises';
import { SpoorError } from '@spoor/btf';

/** `max` is as fast as it goes: infinitely faster. */
export function readSpeed(text: string, option: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (speed > 0) return speed;
  throw new SpoorError('INVALID_VALUE', `${option} cannot be ${JSON.stringify(text)}`, {
    remedy: 'Give max, or how many times as fast: 1x, 10x, 0.5x.',
  });
}

/** Lets events come as far apart as they did, or closer by a factor. */
export class Pacer {
  readonly #speed: number;
  #first: { readonly eventNs: bigint; readonly nowMs: number } | undefined;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Settles when the event is due; undefined when it is already. */
  due(timeNs: bigint): Promise<void> | undefined {
    if (this.#speed === Number.POSITIVE_INFINITY) return undefined;
    this.#first ??= { eventNs: timeNs, nowMs: performance.now() };
    const { eventNs, nowMs } = this.#first;
    const wait = nowMs + Number(timeNs - eventNs) / 1e6 / this.#speed - performance.now();
    return wait < 1 ? undefined : setTimeout(wait);
  }
}
