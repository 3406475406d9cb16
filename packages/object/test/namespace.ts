import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { vi } from 'vitest';
import { native } from '../src/ffi/native.js';

const CLONE_NEWNET = 0x40000000;

/** Two network namespaces, connected by a pair of veth devices. */
export interface Network extends Disposable {
  /** The device of this thread. */
  readonly device: string;
  /** Sends an UDP packet from the other namespace to this one, to a port without a socket. */
  send(): void;
}

/** The address of this thread in its network. */
const ownAddress = '10.77.0.1';

/**
 * Moves this thread into a network namespace of its own until the result is disposed. Another one
 * is on the other end of a veth pair, kept by a child.
 */
export function network(): Network {
  const { driver } = native();
  const libc = driver.open('libc.so.6');
  const unshare = libc.bind('unshare', { result: 'i32', args: ['i32'] }) as (flags: number) => number;
  const setns = libc.bind('setns', { result: 'i32', args: ['i32', 'i32'] }) as (
    fd: number,
    kind: number,
  ) => number;
  const before = openSync('/proc/thread-self/ns/net', 'r');
  if (unshare(CLONE_NEWNET) !== 0) throw new Error('unshare failed');
  const device = 'near';
  let peer: ChildProcess | undefined;
  const leave = () => {
    peer?.kill('SIGKILL');
    setns(before, CLONE_NEWNET);
    closeSync(before);
  };
  try {
    peer = spawn('unshare', ['--net', 'sleep', '3600'], { stdio: 'ignore' });
    const pid = String(peer.pid);
    const far = (...command: string[]) =>
      execFileSync('nsenter', ['--target', pid, '--net', ...command], { stdio: 'ignore' });
    ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'far');
    waitForNamespace(pid);
    ip('link', 'set', 'far', 'netns', pid);
    ip('address', 'add', `${ownAddress}/24`, 'dev', device);
    ip('link', 'set', device, 'up');
    ip('link', 'set', 'lo', 'up');
    far('ip', 'address', 'add', '10.77.0.2/24', 'dev', 'far');
    far('ip', 'link', 'set', 'far', 'up');
    return {
      device,
      send: () => far('bash', '-c', `echo packet > /dev/udp/${ownAddress}/9`),
      [Symbol.dispose]: leave,
    };
  } catch (error) {
    leave();
    throw error;
  }
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });

/** The child starts in the namespace of this thread, and leaves it a moment later. */
function waitForNamespace(pid: string): void {
  const own = execFileSync('readlink', ['/proc/thread-self/ns/net']).toString();
  for (;;) {
    const of = execFileSync('readlink', [`/proc/${pid}/ns/net`]).toString();
    if (of !== own) return;
  }
}

/** Sends packets until they are seen. */
export async function sendUntil({ send }: Network, seen: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      send();
      if (!seen()) throw new Error('no packet was seen');
    },
    { timeout: 60_000, interval: 20 },
  );
}
