/** A process, by its id and its start time. */
export interface ProcessIdentity {
  readonly tgid: number;
  readonly startTimeNs: bigint;
}

/** Digits of a process id. */
const digits = 16;

/**
 * Returns the id of a process: 16 hexadecimal digits, which do not change while the machine runs,
 * and differ between machines and between boots.
 *
 * They are the first 64 bits of the SHA-256 of the text `BOOT_ID:TGID:START_TIME_NS`. A script can
 * compute them with `sha256sum`. OpenTelemetry has span ids of the same length. Among ten million
 * processes, two have the same id with a probability of 3 in a million.
 *
 * @param bootId - the text of `/proc/sys/kernel/random/boot_id`, without its line end
 * @param tgid - the process id in the initial pid namespace
 * @param startTimeNs - the start of the process: CLOCK_BOOTTIME, nanoseconds
 *
 * @example
 * ```ts
 * const bootId = '5f3c1e0a-9b7d-4c7e-8f59-0a1b2c3d4e5f';
 * console.log(processId(bootId, 1234, 5_678_900_000n)); // 'd39507e59f675421'
 * ```
 */
export function processId(bootId: string, tgid: number, startTimeNs: bigint): string {
  return digest(`${bootId}:${tgid}:${startTimeNs}`);
}

let crypto: typeof import('node:crypto') | undefined;

/** Loading node:crypto takes milliseconds, which a program without process ids saves. */
function loadCrypto(): typeof import('node:crypto') {
  crypto ??= process.getBuiltinModule('node:crypto');
  return crypto;
}

const digest = (text: string): string => loadCrypto().hash('sha256', text, 'hex').slice(0, digits);

interface ProcessWithParent {
  readonly ppid: number;
  readonly parentStartTimeNs: bigint;
}

const SLOT_BITS = 10;

/** Returns ids of processes of one boot, and keeps those that are asked for again and again. */
export class ProcessIds {
  readonly bootId: string;
  readonly #tgids = new Uint32Array(2 ** SLOT_BITS);
  readonly #starts = new Array<bigint>(2 ** SLOT_BITS).fill(0n);
  readonly #ids = new Array<string>(2 ** SLOT_BITS).fill('');

  constructor(bootId: string) {
    this.bootId = bootId;
  }

  /** Returns the id of the parent, or undefined if there is none or an older recording lacks it. */
  ofParent({ ppid, parentStartTimeNs }: ProcessWithParent): string | undefined {
    return ppid === 0 || parentStartTimeNs === 0n
      ? undefined
      : this.of({ tgid: ppid, startTimeNs: parentStartTimeNs });
  }

  of({ tgid, startTimeNs }: ProcessIdentity): string {
    const slot = Math.imul(tgid, 0x45d9f3b) >>> (32 - SLOT_BITS);
    const known = this.#ids[slot]!;
    if (known !== '' && this.#tgids[slot] === tgid && this.#starts[slot] === startTimeNs) return known;
    const made = processId(this.bootId, tgid, startTimeNs);
    this.#tgids[slot] = tgid;
    this.#starts[slot] = startTimeNs;
    this.#ids[slot] = made;
    return made;
  }
}
