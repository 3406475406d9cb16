import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tracefs } from '../features/environment.js';
import type { Native } from '../ffi/native.js';
import { kernelTypes } from './kernel-types.js';
import { type FileFault, type ProgramFile, readProgramFile } from './program-file.js';

/** The hooks of the running machine, for explaining that one is missing. */
export interface Machine {
  /** The path of a file without a folder, where libbpf searches for it. */
  located(file: string): string | undefined;
  programFile(path: string): ProgramFile | FileFault;
  /** Names in a folder of `/sys/kernel/tracing/events`; undefined without that folder. */
  events(category?: string): readonly string[] | undefined;
  /** The tracepoints in the kernel's BTF; empty without BTF. Those of modules are not included. */
  tracepoints(): ReadonlySet<string>;
  /** Functions in `/proc/kallsyms` that begin with a name; undefined if it is unreadable. */
  kernelFunctions(beginning: string): readonly string[] | undefined;
  /** True if the kernel has probes of this kind. */
  hasProbes(kind: 'kprobe' | 'uprobe'): boolean;
}

export function thisMachine(native: Native): Machine {
  return {
    located,
    programFile: readProgramFile,
    events,
    tracepoints: () => tracepoints(native),
    kernelFunctions,
    hasProbes,
  };
}

/** The folders that `resolve_full_path` of libbpf searches. */
function located(file: string): string | undefined {
  const { LD_LIBRARY_PATH = '', PATH = '' } = process.env;
  const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const folders = /\.so(\.|$)/.test(file)
    ? [...LD_LIBRARY_PATH.split(':'), '/usr/lib64', '/usr/lib', `/lib/${triple}`]
    : [...PATH.split(':'), '/usr/bin', '/usr/sbin'];
  const paths = folders.filter((folder) => folder !== '').map((folder) => `${folder}/${file}`);
  return paths.find((path) => existsSync(path));
}

function events(category?: string): readonly string[] | undefined {
  const folder = tracefs();
  if (folder === undefined) return undefined;
  try {
    const path = category === undefined ? `${folder}/events` : `${folder}/events/${category}`;
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return undefined;
  }
}

function tracepoints(native: Native): ReadonlySet<string> {
  const bytes = kernelTypes(native);
  if (bytes === undefined) return new Set();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return new Set(Array.from(text.matchAll(/\0btf_trace_(\w+)(?=\0)/g), ([, name = '']) => name));
}

function kernelFunctions(beginning: string): readonly string[] | undefined {
  try {
    const symbols = readFileSync('/proc/kallsyms', 'latin1');
    const escaped = beginning.replace(/[^\w]/g, '\\$&');
    const found = symbols.matchAll(new RegExp(`^\\w+ [tTwW] (${escaped}\\S*)`, 'gm'));
    return Array.from(found, ([, name = '']) => name);
  } catch {
    return undefined;
  }
}

function hasProbes(kind: 'kprobe' | 'uprobe'): boolean {
  const folder = tracefs();
  const legacy = folder !== undefined && existsSync(`${folder}/${kind}_events`);
  return legacy || existsSync(`/sys/bus/event_source/devices/${kind}`);
}
