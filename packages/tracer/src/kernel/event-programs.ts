import { events, type KernelDefinition, programs } from '@spoor/bpf';
import { type FeatureName, features } from '@spoor/object';

/**
 * The name of a program of one event: `on_event_NAME`. A suffix after `__` distinguishes several
 * programs of one event.
 */
const eventProgram = /^on_event_([a-z_]+?)(?:__[a-z_]+)?$/;

/** Events that an operation of io_uring can be. The ring programs report all of them. */
const ringKinds = ['open', 'connect', 'unlink', 'rename', 'mkdir'];
const kindsOfRingProgram: Readonly<Record<string, readonly string[]>> = {
  on_ring_submit: ['io-uring', ...ringKinds],
  on_ring_submit__sqe: ['io-uring', ...ringKinds],
  on_ring_complete: ringKinds,
};

/**
 * Programs that keep the objects of a call before another task changes them: programs/committed.h.
 */
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

/** The program that replaces them, for TCP only, if the kernel allows no hooks on its functions. */
const tcpCommitProgram = 'on_commit_tcp';

/** The programs that report the end of an open file: the second without hooks on functions. */
const fileEndFunction = 'on_write_end';
const fileEndTracepoint = 'on_write_freed';

/** Programs that let the arguments of an exec be copied: bpf/maps/exec_arguments.h. */
const argumentsTracepoint = 'on_prepare_exec';
const argumentsFunction = 'on_commit_exec';

/** Returns true if the program is optional. Without it, its events are flagged. */
export const isCommitProgram = (name: string): boolean =>
  [tcpCommitProgram, argumentsTracepoint, argumentsFunction].includes(name) ||
  Object.hasOwn(kindsOfCommitProgram, name);

/** Maps of single events. They take no memory in a trace without these events. */
export const kindOfMap: Readonly<Record<string, string>> = {
  dns_questions: 'dns',
  dns_streams: 'dns',
  executable_memories: 'map-exec',
  peers: 'connect',
  unkept_files: 'write',
};

/** Kernel features that a program needs besides its hook. */
const featureOfProgram: Readonly<Record<string, FeatureName>> = {
  on_event_kill: 'task_regs',
  [tcpCommitProgram]: 'task_regs',
};

/** Kinds whose system calls begin what another kind reports. */
const beginsOf: Readonly<Record<string, readonly string[]>> = { 'connection-end': ['connect', 'accept'] };

/** Adds the kinds that others need. The kernel reports none that no scope asks for. */
export const withBegins = (kinds: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...kinds].flatMap((kind) => [kind, ...(beginsOf[kind] ?? [])]));

export interface EventPrograms {
  /** The programs to load. */
  readonly names: readonly string[];
  /** The hooks in use by event kind, for the statistics. */
  readonly hooks: Readonly<Record<string, string>>;
}

/** Returns the programs of single events that these kinds need and the kernel supports. */
export function eventPrograms(kinds: ReadonlySet<string>, kernel: KernelDefinition): EventPrograms {
  const names: string[] = [];
  const hooks: Record<string, string> = kinds.has('io-uring') ? { 'io-uring': withoutHook } : {};
  for (const [name, section] of Object.entries(kernel.programs)) {
    const ring = kindsOfRingProgram[name];
    if (ring !== undefined) {
      if (!ring.some((one) => kinds.has(one)) || !isPossible(name, section)) continue;
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
  /** A mask (1 << kind) of the events whose calls have all hooks: `committed_events`. */
  readonly committed: bigint;
  /** True if some of the programs hook kernel functions. */
  readonly hasFunctions: boolean;
  /** The variant in use, for the statistics. */
  readonly variants: Readonly<Record<string, string>>;
}

/**
 * Returns the programs that prove which objects a call used, if tasks share descriptors or
 * directories, and the one that sees files end. With `functionHooks: false`, no program hooks a
 * kernel function.
 */
export function commitPrograms(
  kinds: ReadonlySet<string>,
  { functionHooks = true }: { readonly functionHooks?: boolean } = {},
): CommitPrograms {
  const commits = objectPrograms(kinds, functionHooks);
  if (!kinds.has('write')) return commits;
  const isFunction = functionHooks && features.has('fentry') && isPossibleFunction(fileEndFunction);
  const name = isFunction ? fileEndFunction : fileEndTracepoint;
  return {
    ...commits,
    names: [...commits.names, name],
    hasFunctions: commits.hasFunctions || isFunction,
    variants: { ...commits.variants, 'end of files': hookOf(programs[name]) },
  };
}

function objectPrograms(kinds: ReadonlySet<string>, functionHooks: boolean): CommitPrograms {
  const wanted = Object.entries(kindsOfCommitProgram).filter(([, reported]) =>
    reported.some((kind) => kinds.has(kind)),
  );
  if (wanted.length === 0) return { names: [], committed: 0n, hasFunctions: false, variants: {} };
  if (functionHooks && features.has('fentry')) {
    const missing = new Set(wanted.flatMap(([name, reported]) => (isPossibleFunction(name) ? [] : reported)));
    const committed = new Set(
      wanted.flatMap(([, reported]) => reported).filter((kind) => kinds.has(kind) && !missing.has(kind)),
    );
    const names = wanted.flatMap(([name, reported]) =>
      reported.some((kind) => committed.has(kind)) ? [name] : [],
    );
    return commitsBy('fentry', names, committed);
  }
  const hasTcp = kinds.has('connect') && isPossible(tcpCommitProgram, programs[tcpCommitProgram]);
  return hasTcp
    ? commitsBy('of TCP connections; else flag racy', [tcpCommitProgram], ['connect'])
    : commitsBy('none: flag racy', [], []);
}

export interface ArgumentsProgram {
  /** The program to load. Undefined if the kernel supports none. */
  readonly name?: string;
  /** True if it hooks a kernel function. */
  readonly isFunction: boolean;
  /** The hook in use, for the statistics. */
  readonly hook: string;
}

/** Returns the program with which an exec's arguments are copied before others can change them. */
export function argumentsProgram({
  taskStorage = features.has('task_storage_tracing'),
  functionHooks = true,
}: {
  readonly taskStorage?: boolean;
  readonly functionHooks?: boolean;
}): ArgumentsProgram {
  const usable = (name: typeof argumentsTracepoint | typeof argumentsFunction, isFunction: boolean) => ({
    name,
    isFunction,
    hook: hookOf(programs[name]),
  });
  if (taskStorage && features.has('bpf_loop')) {
    if (isPossible(argumentsTracepoint, programs[argumentsTracepoint]))
      return usable(argumentsTracepoint, false);
    if (functionHooks && features.has('fentry') && isPossibleFunction(argumentsFunction))
      return usable(argumentsFunction, true);
  }
  return { isFunction: false, hook: 'none: flag user-memory' };
}

function commitsBy(hook: string, names: readonly string[], kinds: Iterable<string>): CommitPrograms {
  const hasFunctions = names.some((name) => name !== tcpCommitProgram);
  return { names, committed: maskOf(kinds), hasFunctions, variants: { 'shared descriptors': hook } };
}

/** Returns a mask: 1 << kind per kind. */
function maskOf(kinds: Iterable<string>): bigint {
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
