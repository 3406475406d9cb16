import { errno, nearest } from '@spoor/core';
import type { Environment } from '../features/environment.js';
import type { HookPlace } from './hook-place.js';
import type { Machine } from './machine.js';

/** The part of a hook that is missing. */
export interface MissingHook {
  readonly lacks: 'file' | 'symbol' | 'probe' | 'tracepoint' | 'function' | 'kernel support';
  readonly problem: string;
  readonly remedy: string;
}

interface Clues {
  /** -errno */
  readonly status: number;
  readonly environment: Pick<Environment, 'hasTracefs'>;
  readonly machine: Machine;
}

/** Returns the part of the hook that is missing; undefined if all parts seem to be there. */
export function missingHook(place: HookPlace, clues: Clues): MissingHook | undefined {
  switch (place.kind) {
    case 'uprobe':
    case 'usdt':
      return missingInFile(place, clues);
    case 'tracepoint':
      return missingTracepoint(place, clues);
    case 'raw tracepoint':
      return clues.status === -errno.ENOENT ? missingRawTracepoint(place.name, clues) : undefined;
    case 'kprobe':
      return missingFunction(place.function, clues);
    case 'kprobe.multi':
      return missingFunctions(place.functions, clues);
    case 'ksyscall':
      return missingSystemCall(place.syscall, clues);
  }
}

const suggestion = (word: string, known: Iterable<string>) => {
  const close = nearest(word, known);
  return close === undefined ? '' : `Did you mean ${close}? `;
};

function missingInFile(place: Extract<HookPlace, { file: string }>, clues: Clues): MissingHook | undefined {
  const path = place.file.includes('/') ? place.file : clues.machine.located(place.file);
  if (path === undefined) return notFound(place.file);
  const file = clues.machine.programFile(path);
  if ('fault' in file) {
    const remedy = file.fault.includes('exist')
      ? 'Check the path. A program sees the files of its own mount namespace.'
      : 'Name a program or a shared library: an ELF file of 64 bits that this process may read.';
    return { lacks: 'file', problem: `${path} ${file.fault}`, remedy };
  }
  if (place.kind === 'usdt') return missingProbe(`${place.provider}:${place.name}`, path, file.probes);
  if (place.symbol !== undefined && !file.functions.has(place.symbol))
    return {
      lacks: 'symbol',
      problem: `${path} has no function ${place.symbol}`,
      remedy:
        suggestion(place.symbol, file.functions) +
        `nm -D ${path} lists what it exports. A stripped file does not name its other functions.`,
    };
  if (!clues.machine.hasProbes('uprobe')) return noProbes('uprobe');
  return undefined;
}

const notFound = (file: string): MissingHook => ({
  lacks: 'file',
  problem: `there is no ${file} in the usual folders of programs and libraries`,
  remedy: 'Give the whole path of the file.',
});

function missingProbe(probe: string, path: string, probes: ReadonlySet<string>): MissingHook | undefined {
  if (probes.has(probe)) return undefined;
  const some = [...probes].slice(0, 8).join(', ');
  const rest = probes.size > 8 ? ` and ${probes.size - 8} more` : '';
  return {
    lacks: 'probe',
    problem: `${path} has no USDT probe ${probe}`,
    remedy:
      probes.size === 0
        ? `${path} has no USDT probes at all: build it with them, or name another file.`
        : `${suggestion(probe, probes)}It has ${some}${rest}.`,
  };
}

const mountRemedy =
  'Mount tracefs: mount -t tracefs tracefs /sys/kernel/tracing. Its folder events/ lists the tracepoints.';

function missingTracepoint(
  { category, name }: Extract<HookPlace, { kind: 'tracepoint' }>,
  { environment, machine }: Clues,
): MissingHook | undefined {
  const problem = `this kernel has no tracepoint ${category}/${name}`;
  if (!environment.hasTracefs) {
    const known = machine.tracepoints();
    // The events of system calls are not in BTF.
    const isMissing = category !== 'syscalls' && known.size > 0 && !known.has(name);
    return isMissing
      ? { lacks: 'tracepoint', problem, remedy: suggestion(name, known) + mountRemedy }
      : {
          lacks: 'kernel support',
          problem: 'tracefs, where tracepoints are, is not mounted',
          remedy: mountRemedy,
        };
  }
  const events = machine.events(category);
  if (events?.includes(name) === true) return undefined;
  const close = events === undefined ? undefined : nearest(name, events);
  const closeCategory = events === undefined ? nearest(category, machine.events() ?? []) : undefined;
  const hint = close === undefined ? closeCategory && `${closeCategory}/…` : `${category}/${close}`;
  return {
    lacks: 'tracepoint',
    problem,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}There is no such hook below /sys/kernel/tracing/events: disable the program before load().`,
  };
}

function missingRawTracepoint(name: string, { machine }: Clues): MissingHook {
  return {
    lacks: 'tracepoint',
    problem: `this kernel has no raw tracepoint ${name}`,
    remedy: `${suggestion(name, machine.tracepoints())}Load the module that has it, or disable the program before load().`,
  };
}

const noProbes = (kind: 'kprobe' | 'uprobe'): MissingHook => ({
  lacks: 'kernel support',
  problem: `this kernel has no ${kind}s`,
  remedy: `Run a kernel with CONFIG_${kind.toUpperCase()}_EVENTS=y, or disable the program before load().`,
});

function missingFunction(name: string, { machine }: Clues): MissingHook | undefined {
  if (!machine.hasProbes('kprobe')) return noProbes('kprobe');
  const functions = machine.kernelFunctions(name);
  if (functions === undefined || functions.includes(name)) return undefined;
  const clones = functions.filter((each) => each.startsWith(`${name}.`)).slice(0, 4);
  return {
    lacks: 'function',
    problem: `this kernel has no function ${name}`,
    remedy:
      clones.length > 0
        ? `The compiler has made others of it: ${clones.join(', ')}.`
        : `${suggestion(name, functions)}/proc/kallsyms lists those that were not inlined everywhere.`,
  };
}

/** @param functions names, or one pattern with `*` and `?` */
function missingFunctions(functions: string, { machine }: Clues): MissingHook | undefined {
  if (!machine.hasProbes('kprobe')) return noProbes('kprobe');
  const missing = functions.split(',').find((pattern) => {
    const [beginning = ''] = pattern.split(/[*?]/);
    const names = machine.kernelFunctions(beginning);
    return names !== undefined && !names.some((name) => matchesGlob(name, pattern));
  });
  if (missing === undefined) return undefined;
  return {
    lacks: 'function',
    problem: `this kernel has no function ${missing}`,
    remedy: '/proc/kallsyms lists those that were not inlined everywhere.',
  };
}

function matchesGlob(name: string, pattern: string): boolean {
  const expression = pattern.replace(/[.$]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(name);
}

/** Each system call has a function whose name ends so, after a prefix of the architecture. */
function missingSystemCall(name: string, { machine }: Clues): MissingHook | undefined {
  if (!machine.hasProbes('kprobe')) return noProbes('kprobe');
  const prefixes = ['__x64_sys_', '__arm64_sys_', '__se_sys_'];
  const found = prefixes.map((prefix) => machine.kernelFunctions(prefix + name));
  if (found.some((names, index) => names === undefined || names.includes(prefixes[index] + name)))
    return undefined;
  return {
    lacks: 'function',
    problem: `this kernel has no system call ${name}`,
    remedy: 'Give its name without a prefix: ksyscall/openat. `man 2 syscalls` lists them.',
  };
}
