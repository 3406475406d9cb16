import { arch, hostname, release } from 'node:os';
import { type BuiltInKernel, builtInKernel } from '@spoor/bpf';
import type { Scope } from '@spoor/filter';
import { bootId } from '@spoor/proc';
import { version } from '../version.js';

/** Facts of a machine and of a trace, which a recording keeps. */
export interface MachineFacts {
  /** When the trace was started, as in lines: RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly host: string;
  readonly bootId: string | null;
  readonly kernel: string;
  readonly architecture: string;
  /** The version of spoor. */
  readonly spoor: string;
  readonly command: readonly string[] | null;
  /** Canonical expressions, with the names that lines have. */
  readonly scopes: readonly string[];
  /** The kinds to show. A replay shows them by default. */
  readonly events: readonly string[];
  /** The other kinds. */
  readonly untraced: readonly string[];
}

/** The subject of a trace. */
export interface TraceSubject {
  readonly command: readonly string[] | undefined;
  readonly scopes: readonly (string | Scope)[];
  readonly events: readonly string[];
  /** Undefined for the built-in kernel side. */
  readonly kernel?: BuiltInKernel | undefined;
}

/** Returns the facts of a trace that starts now. */
export async function machineFacts({
  command,
  scopes,
  events,
  kernel = builtInKernel,
}: TraceSubject): Promise<MachineFacts> {
  return {
    time: new Date().toISOString().replace('Z', '000000Z'),
    host: hostname(),
    bootId: bootId() ?? null,
    kernel: release(),
    architecture: arch(),
    spoor: version(),
    command: command ?? null,
    scopes: scopes.length === 0 ? [] : await expressions(scopes, kernel),
    events,
    untraced: Object.keys(kernel.events).filter((kind) => !events.includes(kind)),
  };
}

async function expressions(
  scopes: TraceSubject['scopes'],
  kernel: BuiltInKernel,
): Promise<readonly string[]> {
  const { parseScope, printScope } = await import('@spoor/filter');
  return scopes.map((scope, index) => {
    if (typeof scope !== 'string') return printScope(scope, { kernel });
    const name = index === 0 ? 'scope' : `scope${index + 1}`;
    return printScope(parseScope(scope, { name, kernel }), { kernel });
  });
}
