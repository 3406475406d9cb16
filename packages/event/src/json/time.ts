import { type LineBuffer, type Literal, literal } from './line-buffer.js';

const second = 1_000_000_000n;
const nsPerSecond = 1e9;
const nothing = literal('');

/**
 * RFC 3339 in UTC with nanoseconds, of nanoseconds since 1970: `2026-11-22T16:49:03.000000001Z`.
 */
export function rfc3339(ns: bigint): string {
  const whole = ns >= 0n ? ns / second : (ns - second + 1n) / second;
  return `${untilPoint(Number(whole))}${String(ns - whole * second).padStart(9, '0')}Z`;
}

/** `2026-11-22T16:49:03.`, of seconds since 1970. */
function untilPoint(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, -4);
}

/**
 * Upper halves below this: 2.3 years of uptime. All that is computed below stays a number, exactly.
 */
const most = 2 ** 24;

/**
 * The times of a line of JSON, `"time":"2026-…Z","ktimeNs":"123`, without the last quote, by the
 * halves of the boot clock's: without a bigint, as long as can be.
 */
export class LineTimes {
  readonly #offsetNs: bigint | undefined;
  readonly #offsetSeconds: number;
  readonly #offsetRest: number;
  readonly #most: number;
  /**
   * The seconds of the last time, since boot and since 1970: events come in order, and nearly all
   * share those of the one before.
   */
  #second = -1;
  #wallSecond = -1;
  /** The texts of both clocks, up to the nanoseconds. */
  #wallText: Literal = nothing;
  #bootText: Literal = nothing;

  /** `offsetNs` gives nanoseconds since 1970 when added; undefined if it is not known. */
  constructor(offsetNs: bigint | undefined) {
    this.#offsetNs = offsetNs;
    this.#offsetSeconds = Number((offsetNs ?? 0n) / second);
    this.#offsetRest = Number((offsetNs ?? 0n) % second);
    this.#most = (offsetNs ?? 0n) < 0n ? 0 : most;
  }

  write(out: LineBuffer, lo: number, hi: number): void {
    // 2^32 ns are 4 s and 294,967,296 ns.
    const past = hi * 294_967_296 + lo;
    const whole = Math.floor(past / nsPerSecond);
    const seconds = hi * 4 + whole;
    if (hi >= this.#most || seconds === 0) return out.add(this.#slowly((BigInt(hi) << 32n) | BigInt(lo)));
    const rest = past - whole * nsPerSecond;
    const sum = rest + this.#offsetRest;
    const over = sum >= nsPerSecond ? 1 : 0;
    const wallSecond = seconds + this.#offsetSeconds + over;
    if (seconds !== this.#second || wallSecond !== this.#wallSecond) this.#begin(seconds, wallSecond);
    out._literal(this.#wallText);
    if (this.#offsetNs !== undefined) out._nineDigits(sum - over * nsPerSecond);
    out._literal(this.#bootText);
    out._nineDigits(rest);
  }

  #begin(seconds: number, wallSecond: number): void {
    const known = this.#offsetNs !== undefined;
    this.#second = seconds;
    this.#wallSecond = wallSecond;
    this.#wallText = known ? literal(`"time":"${untilPoint(wallSecond)}`) : nothing;
    this.#bootText = literal(`${known ? 'Z"' : '"time":null'},"ktimeNs":"${seconds}`);
  }

  #slowly(ns: bigint): string {
    const time = this.#offsetNs === undefined ? 'null' : `"${rfc3339(ns + this.#offsetNs)}"`;
    return `"time":${time},"ktimeNs":"${ns}`;
  }
}
