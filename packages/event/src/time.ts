const second = 1_000_000_000n;
const nsPerSecond = 1e9;

/** The second that the last time was in, and how it begins: events come in order, and nearly all share that of the one before. */
let start = -1;
let prefix = '';

/** RFC 3339 in UTC with nanoseconds, of nanoseconds since 1970: `2026-11-22T16:49:03.000000001Z`. */
export function rfc3339(ns: bigint): string {
  const whole = ns >= 0n ? ns / second : (ns - second + 1n) / second;
  return timeText(Number(whole), Number(ns - whole * second));
}

function timeText(seconds: number, nanoseconds: number): string {
  if (seconds !== start) {
    prefix = new Date(seconds * 1000).toISOString().slice(0, -4);
    start = seconds;
  }
  return `${prefix}${nineDigits(nanoseconds)}Z`;
}

/** `000` to `999`, to put longer numbers together from. */
const threeDigits = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'));

/** Of a number below 10^9. */
function nineDigits(value: number): string {
  const thousands = Math.floor(value / 1000);
  const millions = Math.floor(thousands / 1000);
  const digits = threeDigits[millions]! + threeDigits[thousands - 1000 * millions]!;
  return digits + threeDigits[value - 1000 * thousands]!;
}

/** Upper halves below this: 2.3 years of uptime. All that is computed below stays a number, exactly. */
const most = 2 ** 24;

/** The times of a line of JSON, `"time":"2026-…Z","ktimeNs":"123"`, by the halves of the boot clock's: without a bigint, as long as can be. */
export class LineTimes {
  readonly #offsetNs: bigint | undefined;
  readonly #offsetSeconds: number;
  readonly #offsetRest: number;
  readonly #most: number;
  /** The second of the last time since boot, and in digits. */
  #second = -1;
  #secondText = '';

  /** What to add to get nanoseconds since 1970; undefined where it is not known. */
  constructor(offsetNs: bigint | undefined) {
    this.#offsetNs = offsetNs;
    this.#offsetSeconds = Number((offsetNs ?? 0n) / second);
    this.#offsetRest = Number((offsetNs ?? 0n) % second);
    this.#most = (offsetNs ?? 0n) < 0n ? 0 : most;
  }

  text(lo: number, hi: number): string {
    if (hi >= this.#most) return this.#slowly((BigInt(hi) << 32n) | BigInt(lo));
    // 2^32 ns are 4 s and 294,967,296 ns.
    const past = hi * 294_967_296 + lo;
    const whole = Math.floor(past / nsPerSecond);
    const seconds = hi * 4 + whole;
    const rest = past - whole * nsPerSecond;
    const ktime = seconds === 0 ? String(rest) : this.#digits(seconds) + nineDigits(rest);
    if (this.#offsetNs === undefined) return `"time":null,"ktimeNs":"${ktime}"`;
    const sum = rest + this.#offsetRest;
    const over = sum >= nsPerSecond ? 1 : 0;
    const time = timeText(seconds + this.#offsetSeconds + over, sum - over * nsPerSecond);
    return `"time":"${time}","ktimeNs":"${ktime}"`;
  }

  #digits(seconds: number): string {
    if (seconds !== this.#second) {
      this.#second = seconds;
      this.#secondText = String(seconds);
    }
    return this.#secondText;
  }

  #slowly(ns: bigint): string {
    const time = this.#offsetNs === undefined ? 'null' : `"${rfc3339(ns + this.#offsetNs)}"`;
    return `"time":${time},"ktimeNs":"${ns}"`;
  }
}
