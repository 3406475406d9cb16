import type { Subcommand } from './subcommand.js';

/** A subcommand is loaded when it is called, which keeps the start fast. */
interface Entry {
  readonly summary: string;
  load(): Promise<Subcommand>;
}

export const subcommands: Readonly<Record<string, Entry>> = {
  trace: {
    summary: 'trace a command, or what a scope matches, and all descendants',
    load: async () => (await import('./commands/trace.js')).traceCommand,
  },
  replay: {
    summary: 'show a recording, on any machine',
    load: async () => (await import('./commands/replay.js')).replayCommand,
  },
  explain: {
    summary: 'show what scopes compile to, and where each filter is decided',
    load: async () => (await import('./commands/explain.js')).explainCommand,
  },
  tour: {
    summary: 'trace a small command and explain its events',
    load: async () => (await import('./commands/tour.js')).tourCommand,
  },
  doctor: {
    summary: 'check what this machine supports, and how to fix what it does not',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  list: {
    summary: 'list the events or the filters',
    load: async () => (await import('./commands/list.js')).listCommand,
  },
};
