import type { Subcommand } from './subcommand.js';

/** Loaded when it is asked for: starting counts, and no subcommand needs all that another needs. */
interface Entry {
  readonly summary: string;
  load(): Promise<Subcommand>;
}

export const subcommands: Readonly<Record<string, Entry>> = {
  trace: {
    summary: 'follow a command, or whatever a scope describes',
    load: async () => (await import('./commands/trace.js')).traceCommand,
  },
  replay: {
    summary: 'show a recording, on any machine',
    load: async () => (await import('./commands/replay.js')).replayCommand,
  },
  explain: {
    summary: 'what scopes compile to, and what is decided where',
    load: async () => (await import('./commands/explain.js')).explainCommand,
  },
  tour: {
    summary: 'a first look: a small command, followed and explained',
    load: async () => (await import('./commands/tour.js')).tourCommand,
  },
  doctor: {
    summary: 'what this machine can do, what is missing, and the remedy for each',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  list: {
    summary: 'the events, or the filters',
    load: async () => (await import('./commands/list.js')).listCommand,
  },
};
