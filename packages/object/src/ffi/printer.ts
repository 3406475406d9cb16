import type { Bound, libbpfTable, libcTable } from './table.js';

/**
 * Captures the warnings of libbpf. They say what an errno does not: the missing symbol, the unknown
 * section.
 *
 * libbpf gives each message to one function of the process, `libbpf_set_print`, on the thread that
 * works. That function must not be JavaScript: libbpf reports thousands of debug messages per load,
 * a load may run on another thread, and worker threads share libbpf and end. So the function is a
 * few instructions of machine code, `printer.S`. It writes warnings into memory of its own and
 * ignores all other messages. The code and its memory stay mapped until the process ends. All
 * threads use the first one that was installed.
 */

/** `printer.S`, assembled. A test compares them. */
export const machineCode: Readonly<Record<string, string>> = {
  x64: `f30f1efa0f1f805370703131c085ff75514883ec18488934244889542408b8ba0000000f05488b3d3c000000b901000000
f00fc10f83e13fc1e109488d7c0f4089074883c704befc010000488b1424488b4c240831c0ff151400000031c04883c418c3000000000000
000000000000000000000000000000`,
  arm64: `5f2403d50200001453707031a0020035fd7bbea9fd030091e10b01a9481680d2010000d4290200582afd5f884b0500112b
fd0c88acffff354a1500122901019129250a8b204500b8e00309aa813f80d2e20f41a9ea00005840013fd6fd7bc2a800008052c0035fd600
000000000000000000000000000000`,
};

/** Bytes at the start of the code that no other function has: the mark is among them. */
const markLength = 16;
/** The code ends with two addresses: the memory of the messages, and vsnprintf(). */
const addressesLength = 16;

/** The memory: a counter of warnings, then the slots. Each has the id of its thread, and a text. */
const slots = { count: 64, size: 512, offset: 64 } as const;
const memoryLength = slots.offset + slots.count * slots.size;

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

interface Libraries {
  readonly libbpf: Bound<typeof libbpfTable>;
  readonly libc: Bound<typeof libcTable>;
}

/**
 * Installs the printer. From then on libbpf writes nothing to the standard error of the process.
 * Where the machine does not allow new machine code, the messages are dropped.
 */
export function captureMessages(libraries: Libraries): Messages {
  return new Messages(libraries, installed(libraries));
}

/** Returns the address of the messages; 0n if none can be captured. */
function installed(libraries: Libraries): bigint {
  const { libbpf } = libraries;
  const previous = libbpf.libbpf_set_print(null);
  try {
    const code = previous === 0n || !isPrinter(libraries, previous) ? placedCode(libraries) : previous;
    if (code === 0n) return 0n;
    const replaced = libbpf.libbpf_set_print(code);
    // Another thread did the same meanwhile: its printer stays.
    if (replaced === 0n || !isPrinter(libraries, replaced)) return memoryOf(libraries, code);
    libbpf.libbpf_set_print(replaced);
    return memoryOf(libraries, replaced);
  } catch {
    // Before 2.34 dlsym() was not part of the C library of GNU.
    return 0n;
  }
}

function codeBytes(): Uint8Array {
  return Buffer.from((machineCode[process.arch] ?? '').replaceAll('\n', ''), 'hex');
}

/** Puts the code into memory that can be executed, and not written. */
function placedCode({ libc }: Libraries): bigint {
  const code = codeBytes();
  const vsnprintf = libc.dlsym(null, Buffer.from('vsnprintf\0'));
  if (code.length === 0 || vsnprintf === 0n) return 0n;
  const page = libc.getpagesize();
  const length = BigInt(page + memoryLength);
  const address = libc.mmap(null, length, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0n);
  if (address === MAP_FAILED) return 0n;
  const addresses = new DataView(code.buffer, code.byteOffset + code.length - addressesLength);
  addresses.setBigUint64(0, address + BigInt(page), true);
  addresses.setBigUint64(8, vsnprintf, true);
  libc.memcpy(address, code, BigInt(code.length));
  if (libc.mprotect(address, BigInt(page), PROT_READ | PROT_EXEC) === 0) return address;
  libc.munmap(address, length);
  return 0n;
}

/** Returns true if the function is this printer, installed by another thread. */
function isPrinter({ libc }: Libraries, address: bigint): boolean {
  const start = Buffer.alloc(markLength);
  libc.memcpy(start, address, BigInt(markLength));
  return start.equals(codeBytes().subarray(0, markLength));
}

function memoryOf({ libc }: Libraries, code: bigint): bigint {
  const address = new BigUint64Array(1);
  libc.memcpy(address, code + BigInt(codeBytes().length - addressesLength), 8n);
  return address[0]!;
}

interface Message {
  readonly thread: number;
  readonly text: string;
}

/** The warnings of libbpf. The last 64 of the process are kept, each up to 507 bytes. */
export class Messages {
  readonly #libraries: Libraries;
  readonly #memory: bigint;

  /** @param memory its address; 0n if nothing is captured */
  constructor(libraries: Libraries, memory: bigint) {
    this.#libraries = libraries;
    this.#memory = memory;
  }

  /** The number of warnings so far. */
  mark(): number {
    if (this.#memory === 0n) return 0;
    const count = new Uint32Array(1);
    this.#libraries.libc.memcpy(count, this.#memory, 4n);
    return count[0]!;
  }

  /** The warnings of this thread since the mark, oldest first. */
  since(mark: number): readonly string[] {
    const all = this.#since(mark);
    if (all.length === 0) return [];
    const own = this.#libraries.libc.gettid();
    return all.filter(({ thread }) => thread === own).map(({ text }) => text);
  }

  /**
   * The warnings of a load that failed, oldest first. It may have run on any thread, and other
   * threads may load objects at the same time.
   *
   * @param mark of before the load
   * @param object the name of the object
   */
  ofFailedLoad(mark: number, object: string): readonly string[] {
    const all = this.#since(mark);
    const end = all.findLastIndex(({ text }) => text === `failed to load object '${object}'`);
    if (end === -1) return [];
    const { thread } = all[end]!;
    const texts = all.slice(0, end).flatMap((message) => (message.thread === thread ? [message.text] : []));
    return texts.slice(texts.findLastIndex((text) => text.startsWith('failed to load object ')) + 1);
  }

  #since(mark: number): readonly Message[] {
    const last = this.mark();
    // The counter has 32 bits.
    const count = Math.min((last - mark) >>> 0, slots.count);
    if (count === 0) return [];
    const memory = Buffer.alloc(memoryLength);
    this.#libraries.libc.memcpy(memory, this.#memory, BigInt(memoryLength));
    return Array.from({ length: count }, (_, index) => {
      const slot = ((last - count + index) >>> 0) % slots.count;
      const start = slots.offset + slot * slots.size;
      const text = memory.subarray(start + 4, start + slots.size);
      return { thread: memory.readInt32LE(start), text: plain(text.subarray(0, text.indexOf(0))) };
    });
  }
}

function plain(text: Buffer): string {
  return text
    .toString('utf8')
    .replace(/^libbpf: /, '')
    .trimEnd();
}
