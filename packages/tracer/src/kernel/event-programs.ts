import { events, programs } from '@spoor/bpf';
import { type FeatureName, features } from '@spoor/object';

/** A program that is there for one event: `on_event_NAME`, and behind `__` what tells several apart. */
const eventProgram = /^on_event_([a-z_]+?)(?:__[a-z_]+)?$/;

/** Events that an operation of io_uring can be. The programs of rings tell them all. */
const ringKinds = ['open', 'connect', 'unlink', 'rename', 'mkdir'];
const kindsOfRingProgram: Readonly<Record<string, readonly string[]>> = {
  on_ring_submit: ['io-uring', ...ringKinds],
  on_ring_submit__sqe: ['io-uring', ...ringKinds],
  on_ring_complete: ringKinds,
};

/** Programs that keep a call's objects before another task changes them: programs/committed.h. */
const kindsOfCommitProgram: Readonly<Record<string, readonly string[]>> = {
  on_commit_fd: ['open', 'accept'],
  on_commit_connect: ['connect'],
  on_commit_send: ['connect'],
  on_commit_bind: ['bind'],
  on_commit_listen: ['listen'],
  on_commit_accept: ['accept'],
  on_commit_mkdir: ['mkdir'],
  on_commit_unlink: ['unlink'],
  on_commit_rmdir: ['unlink'],
  on_commit_rename: ['rename'],
  on_commit_chmod: ['chmod'],
  on_commit_chown: ['chown'],
};

/** The program in place of them where the kernel lets none hook its functions: for TCP alone. */
const tcpCommitProgram = 'on_commit_tcp';

/** Returns true if the program is optional: without it, its events are flagged. */
export const isCommitProgram = (name: string): boolean =>
  name === tcpCommitProgram || Object.hasOwn(kindsOfCommitProgram, name);

/** What such a program takes besides its hook. */
const featureOfProgram: Readonly<Record<string, FeatureName>> = {
  on_event_kill: 'task_regs',
  [tcpCommitProgram]: 'task_regs',
};

export interface EventPrograms {
  /** The programs to load. */
  readonly names: readonly string[];
  /** By kind the hooks in use, for the statistics: without any, the event tells what the return of calls tells. */
  readonly hooks: Readonly<Record<string, string>>;
}

/** The programs of their own that these events have, as far as the kernel has what they take. */
export function eventPrograms(kinds: ReadonlySet<string>): EventPrograms {
  const names: string[] = [];
  const hooks: Record<string, string> = kinds.has('io-uring') ? { 'io-uring': withoutHook } : {};
  for (const [name, section] of Object.entries(programs)) {
    const ring = kindsOfRingProgram[name];
    if (ring !== undefined) {
      if (!ring.some((told) => kinds.has(told)) || !isPossible(name, section)) continue;
      names.push(name);
      if (ring.includes('io-uring')) hooks['io-uring'] = hookOf(section);
      continue;
    }
    const kind = eventProgram.exec(name)?.[1]?.replaceAll('_', '-');
    if (kind === undefined || !kinds.has(kind)) continue;
    hooks[kind] ??= withoutHook;
    if (!isPossible(name, section)) continue;
    names.push(name);
    hooks[kind] = hookOf(section);
  }
  return { names, hooks };
}

export interface CommitPrograms {
  /** The programs to load. */
  readonly names: readonly string[];
  /** Bits (1 << kind) of the events whose calls have all their hooks: `committed_events`. */
  readonly committed: bigint;
  /** True if some of the programs hook functions of the kernel. */
  readonly hasFunctions: boolean;
  /** For the statistics. */
  readonly variants: Readonly<Record<string, string>>;
}

/**
 * Returns the programs that prove which objects calls of these events used, if tasks share
 * descriptors or directories. With `functionHooks: false`, none of them hook functions of the
 * kernel.
 */
export function commitPrograms(
  kinds: ReadonlySet<string>,
  { functionHooks = true }: { readonly functionHooks?: boolean } = {},
): CommitPrograms {
  const wanted = Object.entries(kindsOfCommitProgram).filter(([, told]) =>
    told.some((kind) => kinds.has(kind)),
  );
  if (wanted.length === 0) return { names: [], committed: 0n, hasFunctions: false, variants: {} };
  if (functionHooks && features.has('fentry')) {
    const missing = new Set(wanted.flatMap(([name, told]) => (isPossibleFunction(name) ? [] : told)));
    const committed = new Set(
      wanted.flatMap(([, told]) => told).filter((kind) => kinds.has(kind) && !missing.has(kind)),
    );
    const names = wanted.flatMap(([name, told]) => (told.some((kind) => committed.has(kind)) ? [name] : []));
    return commitsBy('fentry', names, committed);
  }
  const hasTcp = kinds.has('connect') && isPossible(tcpCommitProgram, programs[tcpCommitProgram]);
  return hasTcp
    ? commitsBy('of TCP connections; else flag racy', [tcpCommitProgram], ['connect'])
    : commitsBy('none: flag racy', [], []);
}

function commitsBy(hook: string, names: readonly string[], kinds: Iterable<string>): CommitPrograms {
  const hasFunctions = names.some((name) => name !== tcpCommitProgram);
  return { names, committed: wordOf(kinds), hasFunctions, variants: { 'shared descriptors': hook } };
}

/** Bits (1 << kind). */
function wordOf(kinds: Iterable<string>): bigint {
  let word = 0n;
  for (const kind of kinds) word |= 1n << BigInt(events[kind as keyof typeof events].kind);
  return word;
}

const withoutHook = 'tp_btf/sys_exit alone';
const hookOf = (section: string) => section.replace(/^\?/, '');
const targetOf = (section: string) => section.slice(section.indexOf('/') + 1);

function isPossible(name: string, section: string): boolean {
  const feature = featureOfProgram[name];
  return features.hasTracepoint(targetOf(section)) && (feature === undefined || features.has(feature));
}

function isPossibleFunction(name: string): boolean {
  return features.hasFunction(targetOf(programs[name as keyof typeof programs]));
}
