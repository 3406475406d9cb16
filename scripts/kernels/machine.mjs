/** A guest: boots a kernel with its disks, and hears what it says until it turns itself off. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { duration, say } from '../lib/output.mjs';
import { run } from '../lib/run.mjs';

/** @typedef {import('./merge.mjs').Message} Message */
/**
 * @typedef {object} Guest
 * @property {import('./packages.mjs').Kernel} kernel
 * @property {string} initramfs
 * @property {readonly string[]} disks
 * @property {number} cpus
 * @property {number} memoryMb
 * @property {string} root where the work tree is mounted
 * @property {string} program of guest/, what it runs
 * @property {string} console the file that its console goes to
 * @property {readonly string[]} accelerator
 */

/**
 * Software emulation, one thread for each virtual CPU. Without cmpxchg16b, after which qemu 7.2 has
 * flags that are not the processor's: the allocator of 6.12 then panics sooner or later.
 */
const emulation = ['-accel', 'tcg,thread=multi', '-cpu', 'Nehalem,-cx16'];
const virtualisation = ['-accel', 'kvm', '-cpu', 'host'];

/**
 * The kernel's watchdogs wait long, because a guest often waits for its host. A panic ends the
 * guest. TOMOYO is off: on 5.10 it looks a descriptor up in /proc, and refuses to execute it after
 * the leader has ended.
 */
const parameters = [
  'console=ttyS0',
  'panic=-1',
  'quiet',
  'loglevel=4',
  'mitigations=off',
  'nowatchdog',
  'rcupdate.rcu_cpu_stall_timeout=300',
  'lsm=lockdown,yama,bpf',
];

/** The file that a guest's messages go to, beside what it boots with. @param {string} initramfs */
const serialOf = (initramfs) => `${initramfs}.serial`;

/** @param {Guest} guest @returns {string[]} */
function qemuArguments({ kernel, initramfs, disks, cpus, memoryMb, root, program, console, accelerator }) {
  return [
    ...accelerator,
    ...['-machine', 'q35', '-m', `${memoryMb}M`, '-smp', String(cpus)],
    ...['-nodefaults', '-display', 'none', '-no-reboot'],
    ...[
      '-kernel',
      kernel.image,
      '-initrd',
      initramfs,
      '-append',
      [...parameters, `WORK=${root}`, `PROGRAM=${program}`].join(' '),
    ],
    // The console to a file, and what it has to say to another: a pipe that we are slow to read
    // would lose bytes of it.
    ...['-serial', `file:${console}`, '-serial', `file:${serialOf(initramfs)}`],
    // Writes of a guest are discarded, so that all guests share the disks.
    ...disks.flatMap((disk) => ['-drive', `file=${disk},format=raw,if=virtio,snapshot=on,cache=unsafe`]),
  ];
}

/**
 * KVM where it works. That there is /dev/kvm does not say so: a guest of nothing but an initramfs
 * that turns it off again has to end within a minute.
 *
 * @param {import('./packages.mjs').Kernel} kernel
 * @param {{ folder: string, initramfs: string }} probe an initramfs that finds no disk turns the
 *   machine off
 * @returns {Promise<readonly string[]>}
 */
export async function chooseAccelerator(kernel, { folder, initramfs }) {
  if (!existsSync('/dev/kvm')) return emulation;
  const console = join(folder, 'kvm-probe.console');
  const guest = { kernel, initramfs, disks: [], cpus: 1, memoryMb: 512, root: '', program: '', console };
  const { status, late } = await run(
    'qemu-system-x86_64',
    qemuArguments({ ...guest, accelerator: virtualisation }),
    { limitMs: 60_000 },
  );
  return status === 0 && late !== true ? virtualisation : emulation;
}

/** @param {readonly string[]} accelerator */
export const acceleratorName = (accelerator) => (accelerator === virtualisation ? 'KVM' : 'emulation');

/**
 * Cuts what comes in pieces into lines, and takes those that are messages.
 *
 * @param {(message: Message) => void} onMessage
 * @returns {(text: string) => void}
 */
export function messageReader(onMessage) {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((one) => one.startsWith('{"say":'))) onMessage(JSON.parse(line));
  };
}

/**
 * @typedef {object} Heard
 * @property {Message[]} messages
 * @property {boolean} late it was ended for its time limit
 * @property {string} printed what its console showed last
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ console: string, limitMs: number, onMessage: (message: Message) => void, abandon?:
 *   AbortSignal }} options
 * @returns {Promise<Heard & { output: string }>}
 */
async function hear(command, args, { console, limitMs, onMessage, ...rest }) {
  /** @type {Message[]} */
  const messages = [];
  const onOutput = messageReader((message) => {
    messages.push(message);
    onMessage(message);
  });
  writeFileSync(console, '');
  const { late = false, output } = await run(command, args, { onOutput, limitMs, ...rest });
  const printed = readFileSync(console, 'utf8').split('\n').slice(-60).join('\n');
  return { messages, late, printed, output };
}

/**
 * How long a guest may take until it has said a word: some seconds, and more where few CPUs emulate
 * many. Seldom, qemu 7.2 stands still with all its threads busy, before the kernel has begun.
 *
 * @param {Guest} guest
 */
const silenceMs = ({ cpus }) => 60_000 + cpus * 10_000;

/**
 * One that has not said a word is started once more, which is said: nothing of ours has run in it.
 *
 * @param {Guest} guest
 * @param {{ limitMs: number, onMessage: (message: Message) => void, mostSilentMs?: number }}
 *   options
 * @returns {Promise<Heard>}
 */
export async function boot(guest, { mostSilentMs = silenceMs(guest), ...options }) {
  const first = await bootOnce(guest, options, mostSilentMs);
  if (!first.silent) return first;
  say(`nothing was heard of the guest in ${duration(mostSilentMs)}: qemu is started once more`);
  const second = await bootOnce(guest, options, mostSilentMs);
  return second.silent
    ? { ...second, printed: `nothing, though qemu was started twice\n${second.printed}`.trim() }
    : second;
}

/**
 * @param {Guest} guest
 * @param {{ limitMs: number, onMessage: (message: Message) => void }} options
 * @param {number} mostSilentMs
 * @returns {Promise<Heard & { silent: boolean }>}
 */
async function bootOnce(guest, options, mostSilentMs) {
  const serial = serialOf(guest.initramfs);
  writeFileSync(serial, '');
  const silence = new AbortController();
  const timer = setTimeout(() => {
    if ([guest.console, serial].every((path) => statSync(path).size === 0)) silence.abort();
  }, mostSilentMs);
  // The shell becomes qemu; tail ends when that has.
  const script = 'tail -c +1 -f --pid=$$ "$0" & exec qemu-system-x86_64 "$@"';
  const args = ['-c', script, serial, ...qemuArguments(guest)];
  try {
    const heard = await hear('sh', args, { ...options, console: guest.console, abandon: silence.signal });
    // Messages of qemu itself belong to neither stream.
    const own = heard.output.split('\n').filter((line) => !line.startsWith('{"say":'));
    return { ...heard, printed: [...own, heard.printed].join('\n').trim(), silent: silence.signal.aborted };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs the program on this machine's kernel, without a guest.
 *
 * @param {string} program
 * @param {{ console: string, limitMs: number, onMessage: (message: Message) => void }} options
 * @returns {Promise<Heard>}
 */
export function runHere(program, options) {
  // Its children find the pipe by the process that keeps it open. What Node.js calls a pipe is a
  // socket, hence the cat.
  const script = 'SPOOR_KERNEL_REPORT=/proc/$$/fd/3 exec "$0" "$1" 3>&1 >"$2" 2>&1 </dev/null';
  const args = ['sh', '-c', script, process.execPath, program, options.console];
  return hear('sh', ['-c', '"$@" | cat', 'sh', ...args], options);
}
