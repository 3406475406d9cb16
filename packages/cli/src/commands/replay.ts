import { isatty } from 'node:tty';
import { eventKinds } from '@spoor/bpf';
import { openRecording, type Recording } from '@spoor/event';
import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { exitStatus, statusOfError } from '../exit-status.js';
import { reportFailure } from '../failure.js';
import { type Io, note } from '../io.js';
import { dropsText } from '../output/drops.js';
import { EventWriter } from '../output/event-writer.js';
import { machineLine } from '../output/machine-line.js';
import { renderers } from '../output/renderers.js';
import { hasUnicode } from '../output/style.js';
import { counted } from '../output/text.js';
import { play } from '../replay/play.js';
import { Progress } from '../replay/progress.js';
import type { ReplayScopes } from '../replay/replay-scopes.js';
import { readSpeed } from '../replay/speed.js';
import type { Subcommand } from '../subcommand.js';
import { readPolicy } from '../trace/files.js';
import { readScopes, readShown, replayOptions } from '../trace/options.js';
import { inputFile, Outputs } from '../trace/outputs.js';

const usage: Usage = {
  name: 'replay',
  summary: 'Show a recording of spoor trace --record. Works without root, and on any system.',
  synopsis: 'FILE [options]',
  positionals: { name: 'a recording', min: 1, max: 1 },
  options: replayOptions,
  notes: [
    'FILE may be a pipe. "-" is standard input. Exit status: 0 if the recording was shown, even if it was cut; 1 if it is ' +
      'damaged or if other data follows it.',
    'A replay can only show what was recorded. --events and --scope select from that.',
  ],
  examples: [
    ['spoor replay build.spoor -f tree', 'Print the process tree of a recorded build.'],
    [
      "spoor replay build.spoor --scope 'comm=cc1 follow' -f json",
      'Print the events of the compiler as JSON lines.',
    ],
  ],
};

async function run(args: Arguments, io: Io): Promise<number> {
  const path = args.positionals[0]!;
  const recording = await (path === '-' ? openRecording('standard input', 0) : openRecording(path));
  try {
    return await replay(recording, args, io);
  } finally {
    await recording.close();
  }
}

async function replay(recording: Recording, args: Arguments, io: Io): Promise<number> {
  const shown = readShown(args, recordedKinds(recording));
  const speed = args.get('speed', readSpeed) ?? Number.POSITIVE_INFINITY;
  const scopes = await scopesOf(args, recording);
  const [{ escapeText }, { ProcessTree }] = await Promise.all([
    import('@spoor/core'),
    import('@spoor/tracer'),
  ]);
  const processes = new ProcessTree();
  const outputs = await Outputs.open(io, {
    out: shown.outputFile,
    fallback: io.out,
    inputs: [
      { name: `the recording ${recording.path}`, stats: recording.stats },
      inputFile('the policy', args.get('policy')),
    ].filter((input) => input !== undefined),
  });
  const { sink, style } = outputs.events;
  const renderer = renderers[shown.format](
    {
      style,
      unicode: hasUnicode(),
      kinds: shown.events,
      time: shown.time,
      exitsUnseen: scopes !== undefined,
      machine: shown.machine ? machineLine(recording.header.facts) : undefined,
    },
    () => processes,
  );
  const say = (text: string) => io.err.sink.write(`${io.err.style.bold('spoor:')} ${escapeText(text)}\n`);
  if (recording.size === undefined)
    note(
      { ...io, quiet: shown.quiet },
      `${escapeText(recording.path)} is not seekable (ESPIPE): it is replayed as it arrives`,
    );
  const playing = play({
    recording,
    writer: new EventWriter(renderer, sink, shown.events),
    // The tree grows with the recording.
    processes: shown.format === 'tree' ? processes : undefined,
    scopes,
    speed,
    // If events go to the terminal, they show the progress themselves.
    progress:
      !shown.quiet && recording.size !== undefined && isatty(2) && !(sink === io.out.sink && isatty(1))
        ? new Progress(io.err, recording.size)
        : undefined,
    goesOn: () => sink.failure === undefined,
  });
  // Events that were shown before a failure are still written.
  const [played] = await Promise.allSettled([playing]);
  const failure = await outputs.close();
  if (failure !== undefined) {
    await reportFailure(failure, io.err);
    return statusOfError(failure.code);
  }
  if (played.status === 'rejected') throw played.reason;
  const dropped = played.value;
  const drops = dropsText(dropped);
  if (drops !== '') say(`${drops}, when this was recorded`);
  const { end, damagedBlocks } = recording;
  if (damagedBlocks > 0) say(`${counted(damagedBlocks, 'damaged block')}: the events in it are missing`);
  if (end?.complete === false)
    say(`${endings[end.reason ?? 'cut']} at byte ${end.position}: later events are missing`);
  return damagedBlocks > 0 || end?.reason === 'damaged' ? exitStatus.environment : exitStatus.ok;
}

const endings = { cut: 'the recording was cut', damaged: 'the recording is damaged' } as const;

/** Returns the event kinds of this version and of the recording, and the kinds shown by default. */
function recordedKinds({ header }: Recording): {
  readonly known: readonly string[];
  readonly usual: readonly string[];
} {
  const known = [...new Set([...eventKinds, ...Object.keys(header.layouts.kinds)])];
  const { events } = header.facts;
  const usual = Array.isArray(events) ? known.filter((kind) => events.includes(kind)) : known;
  return { known, usual };
}

async function scopesOf(args: Arguments, { header }: Recording): Promise<ReplayScopes | undefined> {
  const policy = args.get('policy');
  const expressions = readScopes(args);
  if (policy === undefined && expressions.length === 0) return undefined;
  const [filter, judging] = await Promise.all([
    import('@spoor/filter'),
    import('../replay/replay-scopes.js'),
  ]);
  const scopes = [
    ...filter.parseScopes(expressions),
    ...(policy === undefined ? [] : (await readPolicy(policy)).scopes),
  ];
  return new judging.ReplayScopes(scopes, header.layouts);
}

export const replayCommand: Subcommand = { usage, run };
