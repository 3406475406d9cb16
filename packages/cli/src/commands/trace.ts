import { closeSync, openSync } from 'node:fs';
import { type BuiltInKernel, lifecycleKinds } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { Scope } from '@spoor/filter';
import type { ProcessTree, TraceOptions, Tracer } from '@spoor/tracer';
import type { TraceRights } from '@spoor/tracer/command';
import { mayBeInexact } from '../args/encoding.js';
import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { type Outcome, outcomeOfSignal, statusHelp } from '../exit-status.js';
import { type Io, note } from '../io.js';
import type { Receive } from '../launcher.js';
import type { MachineLine } from '../output/machine-line.js';
import { hasUnicode } from '../output/style.js';
import type { Subcommand } from '../subcommand.js';
import { Interrupts } from '../trace/interrupts.js';
import type { MachineFacts, TraceSubject } from '../trace/machine.js';
import { namingFlag } from '../trace/option-errors.js';
import { readTraceSettings, type TraceSettings, traceOptions } from '../trace/options.js';
import { type InputFile, inputFile, Outputs } from '../trace/outputs.js';
import { commandUser } from '../trace/person.js';
import type { Recorder } from '../trace/recorder.js';
import { Standing } from '../trace/standing.js';

const usage: Usage = {
  name: 'trace',
  summary: 'Trace a command, or what a scope matches, and all descendants.',
  synopsis: '[options] [-- command [args…]]',
  command: true,
  options: traceOptions,
  notes: [
    'With a command, spoor traces its process and all descendants, and the trace ends when all have ended. Events go to ' +
      'standard error. Without a command, events go to standard output. Without a command and a scope, spoor traces the ' +
      'whole machine.',
    'A signal to the whole process group, such as Ctrl-C, reaches the command, and the trace continues. spoor passes a ' +
      'signal to itself alone on to the command. Of SIGINT, SIGTERM and SIGHUP, counted together, the second passed on ' +
      'ends the trace, and the third ends spoor. With -o FILE or --stats-json FILE, SIGHUP to spoor alone reopens these ' +
      'files, for log rotation, and is not passed on.',
    'Without a command, or after its end, the first SIGINT, SIGTERM or SIGHUP ends the trace, and the next ends spoor.',
    statusHelp,
  ],
  examples: [
    ['spoor trace -- npm ci', 'Show what it executes, opens and connects to.'],
    ['spoor trace -e exec,connect -f tree -- make', 'Print the process tree at the end.'],
    ['spoor trace -f json -o trace.jsonl -- ./build.sh', 'Write JSON lines to a file.'],
    ['spoor trace -p 4711', 'Trace a running process and its descendants.'],
    ['spoor trace -e exec --duration 10s', 'Show every program that this machine starts within ten seconds.'],
  ],
};

/** The latency for a regular file, in milliseconds. Fewer reads slow the command less. */
const fileLatencyMs = 250;

/** The scope without a command and without scopes: it matches every process. */
const wholeMachine: Scope = { name: 'all', filters: [], follows: false, events: [] };

async function run(args: Arguments, streams: Io): Promise<Outcome> {
  const path = args.get('kernel');
  const kernel = path === undefined ? undefined : await readKernelFile(path);
  const settings = readTraceSettings(args, kernel);
  const io = { ...streams, quiet: settings.quiet };
  const interrupts = new Interrupts({ note: (text) => note(io, text), launcher: io.launcher });
  try {
    return await traceWith(settings, io, interrupts);
  } catch (error) {
    // An error after a signal is a consequence of that signal, not a failure.
    if (interrupts.endedBy === undefined) throw error;
    return outcomeOfSignal(interrupts.endedBy);
  } finally {
    interrupts.restore();
  }
}

/** Few traces need it, so it is imported for those only. */
async function readKernelFile(path: string): Promise<BuiltInKernel> {
  const { readKernel } = await import('../trace/kernel-file.js');
  return readKernel(path);
}

async function traceWith(settings: TraceSettings, io: Io, interrupts: Interrupts): Promise<Outcome> {
  const { argvLimit, command, env, envValues, kernel, processMapSize, until } = settings;
  if (settings.record === '-' && command !== undefined) {
    throw new SpoorError(
      'INVALID_VALUE',
      "invalid value '-' for --record: standard output belongs to the command",
      {
        remedy: 'Give a file.',
      },
    );
  }
  const scopes = await scopesOf(settings, interrupts.starting);
  const outputs = await Outputs.open(io, {
    out: settings.outputFile,
    fallback: command === undefined ? io.out : io.err,
    record: settings.record,
    stats: settings.statsJson,
    inputs: inputsOf(settings),
  });
  const kinds = await shownKinds(settings, scopes);
  const { record } = outputs;
  const facts =
    record === undefined && !settings.machine
      ? undefined
      : await factsOf({ ...settings, scopes, events: kinds });
  const recorder = record === undefined ? undefined : await openRecorder(record, facts!, kernel);
  const { held, standing } = await heldCommand(settings, io, outputs);
  const { trace } = await import('@spoor/tracer');
  interrupts.starting.throwIfAborted();
  const starting = trace({
    // A recording always has the events that the process tree is built from.
    events: recorder === undefined ? kinds : [...new Set([...lifecycleKinds, ...kinds])],
    ...(kernel && { kernel }),
    scopes,
    ringSizes: settings.ringSizes,
    signal: interrupts.starting,
    // A file can wait longer than a terminal.
    ...(outputs.events.sink.isFile ? { maxLatencyMs: fileLatencyMs } : {}),
    // Only the tree shows processes that have ended.
    ...(settings.format === 'tree' ? {} : { maxProcesses: 0 }),
    ...held,
    ...(settings.hash ? { hash: true } : {}),
    ...(env === undefined ? {} : { env }),
    ...(envValues === undefined ? {} : { envValues }),
    ...(processMapSize === undefined ? {} : { processMapSize }),
    tuning: {
      // The session does not keep events.
      checkLifetime: false,
      // The scopes do not change. The code of other filters takes longest to load.
      replaceable: false,
      // The command leaves the thread pool to the reader.
      sleepsWhenIdle: true,
      measurePrograms: settings.stats || settings.statsJson !== undefined,
      ...(until === undefined ? {} : { until }),
      ...(argvLimit === undefined ? {} : { argvLimit }),
    },
  }).catch((error: unknown) => {
    throw namingFlag(error);
  });
  let tracer: Tracer | undefined;
  const [started, { Session, writer }] = await Promise.all([
    starting,
    prepareOutput({ ...settings, events: kinds }, { scopes, facts }, outputs, () => tracer!.processes),
  ]);
  tracer = started;
  // A command that this process started has already inherited the normal priority.
  standing.take(tracer, await import('@spoor/tracer/command'));
  interrupts.starting.throwIfAborted();
  const { durationMs, stats } = settings;
  return new Session({
    tracer,
    writer,
    recorder,
    outputs,
    io,
    interrupts,
    durationMs,
    stats,
    standing,
  }).run();
}

/** Returns the kinds to show: by default also those that a scope names. */
async function shownKinds(
  { events, eventsByDefault, kernel }: TraceSettings,
  scopes: readonly (string | Scope)[],
): Promise<TraceSettings['events']> {
  if (!eventsByDefault || scopes.length === 0) return events;
  const { parseScope } = await import('@spoor/filter');
  const rules = scopes.flatMap(
    (scope) => (typeof scope === 'string' ? parseScope(scope, kernel && { kernel }) : scope).events,
  );
  return [...new Set([...events, ...rules.map(({ event }) => event as (typeof events)[number])])];
}

/**
 * Prepares the command for `trace`: the launcher holds it or, without a launcher, this process
 * starts it.
 * @returns the command, and the standing of this process while it traces
 */
async function heldCommand(
  { command, user: wanted, keepRoot }: TraceSettings,
  io: Io,
  outputs: Outputs,
): Promise<{ readonly held: Pick<TraceOptions, 'command' | 'spawn'>; readonly standing: Standing }> {
  const { launcher } = io;
  const beforeDrop = (receive: Receive) => launcher && outputs.reopenBy(launcher, receive);
  const standingFor = (commandUid: number | undefined, signalsCommand: boolean) =>
    new Standing({ keepRoot, commandUid, signalsCommand, beforeDrop });
  if (command === undefined) return { held: {}, standing: standingFor(undefined, false) };
  const { user, reason } = await commandUser(wanted);
  if (reason !== undefined) note(io, reason);
  if (launcher?.gateFd === undefined) {
    const spawn = { env: 'initial', ...(user === undefined ? {} : { user: user.uid }) } as const;
    return { held: { command, spawn }, standing: standingFor(user?.uid, true) };
  }
  const library = await import('@spoor/tracer/command');
  // The gate searches by bytes. A text with other bytes would name another file.
  if (![command[0]!, process.env['PATH'] ?? ''].some(mayBeInexact)) library.findCommand(command[0]!);
  if (!outputs.uses(io.out)) releaseStandardOutput();
  const { LaunchedCommand } = await import('../trace/launched-command.js');
  const standing = standingFor(user?.uid, false);
  const beforeOpen = (rights: TraceRights) => standing.take(rights, library);
  return {
    held: { command: new LaunchedCommand(launcher, { name: command[0]!, user, beforeOpen }) },
    standing,
  };
}

/** Closes standard output here. Its reader then sees the end when the command closes it. */
function releaseStandardOutput(): void {
  closeSync(1);
  // This takes the lowest free descriptor, so no other file can become standard output.
  openSync('/dev/null', 'r+');
}

/**
 * Loads and prepares the modules that show the trace. This runs while the kernel side is loaded.
 * @param processes called with the first event, not before
 */
async function prepareOutput(
  settings: TraceSettings,
  {
    scopes,
    facts,
  }: { readonly scopes: readonly (string | Scope)[]; readonly facts: MachineFacts | undefined },
  outputs: Outputs,
  processes: () => ProcessTree,
) {
  const [{ EventWriter }, { renderers }, { seesExits }, { Session }] = await Promise.all([
    import('../output/event-writer.js'),
    import('../output/renderers.js'),
    import('../trace/exits-seen.js'),
    import('../trace/session.js'),
  ]);
  const { sink, style } = outputs.events;
  // Only the tree shows that a process is still running.
  const exitsUnseen =
    settings.format === 'tree' && !(await seesExits(scopes, settings.kernel && { kernel: settings.kernel }));
  const machine = settings.machine ? await lineOfMachine(facts!) : undefined;
  const { events: kinds, time } = settings;
  const options = { style, unicode: hasUnicode(), kinds, time, exitsUnseen, machine };
  const renderer = renderers[settings.format](options, processes);
  return { Session, writer: new EventWriter(renderer, sink, settings.events) };
}

async function scopesOf(
  { command, scopes, policy, kernel }: TraceSettings,
  starting: AbortSignal,
): Promise<readonly (string | Scope)[]> {
  const all =
    policy === undefined ? scopes : [...scopes, ...(await scopesOfPolicy(policy, starting, kernel))];
  return all.length === 0 && command === undefined ? [wholeMachine] : all;
}

async function scopesOfPolicy(
  path: string,
  starting: AbortSignal,
  kernel: BuiltInKernel | undefined,
): Promise<readonly Scope[]> {
  const { readPolicy } = await import('../trace/files.js');
  return (await readPolicy(path, starting, kernel && { kernel })).scopes;
}

async function openRecorder(
  file: NonNullable<Outputs['record']>,
  facts: MachineFacts,
  kernel: BuiltInKernel | undefined,
): Promise<Recorder> {
  const recording = await import('../trace/recorder.js');
  return recording.Recorder.create(file, facts, kernel);
}

async function factsOf(subject: TraceSubject): Promise<MachineFacts> {
  const { machineFacts } = await import('../trace/machine.js');
  return machineFacts(subject);
}

async function lineOfMachine(facts: MachineFacts): Promise<MachineLine> {
  const { machineLine } = await import('../output/machine-line.js');
  return machineLine({ ...facts });
}

/** Returns the files that no output may overwrite: the policy, and a command given by its path. */
function inputsOf({ command, kernelFile, policy }: TraceSettings): readonly InputFile[] {
  const program = command?.[0]?.includes('/') ? command[0] : undefined;
  const inputs = [
    inputFile('the policy', policy),
    inputFile('the kernel side', kernelFile),
    inputFile('the command', program),
  ];
  return inputs.filter((input) => input !== undefined);
}

export const traceCommand: Subcommand = { usage, run };
