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
  readonly messages: readonly string[];
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
  }
}

const suggestion = (word: string, known: Iterable<string>) => {
  const close = nearest(word, known);
  return close === undefined ? '' : `Did you mean ${close}? `;
};

function missingInFile(place: Extract<HookPlace, { file: string }>, clues: Clues): MissingHook | undefined {
  const path = pathOf(place.file, clues.messages);
  if (path === undefined) {
    const isSearched = clues.messages.some((text) => text.includes('failed to resolve full path'));
    return isSearched ? notFound(place.file) : undefined;
  }
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

/** The file of a hook. libbpf searches for a name without a slash, and says what it found. */
function pathOf(file: string, messages: readonly string[]): string | undefined {
  if (file.includes('/')) return file;
  for (const message of messages) {
    const found = /'(\/[^']+)'/.exec(message)?.[1];
    if (found?.endsWith(`/${file}`) === true) return found;
  }
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
