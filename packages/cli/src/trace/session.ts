import { escapeText, SpoorError } from '@spoor/core';
import { type EventContext, marker } from '@spoor/event';
import type { CommandExit, TracedEvent, Tracer } from '@spoor/tracer';
import { exitStatus, type Outcome, outcomeOfExit, outcomeOfSignal, statusOfError } from '../exit-status.js';
import { reportFailure } from '../failure.js';
import { type Io, note } from '../io.js';
import { dropsText } from '../output/drops.js';
import type { EventWriter } from '../output/event-writer.js';
import { joinErrors } from '../output/sink-error.js';
import { statisticsText } from '../output/statistics.js';
import { DropWatch, droppedOf } from './drop-watch.js';
import type { Interrupts } from './interrupts.js';
import type { Outputs } from './outputs.js';
import type { Recorder } from './recorder.js';
import type { Standing } from './standing.js';

/** Milliseconds between looks at the drop counters while events arrive. */
const dropCheckMs = 1000;

/** Milliseconds after the end of the command until its living descendants are named. */
const patienceMs = 1000;

/** The largest number of descendants that are named. */
const mostNamed = 5;

export interface SessionParts {
  readonly tracer: Tracer;
  readonly writer: EventWriter;
  readonly recorder: Recorder | undefined;
  readonly outputs: Outputs;
  readonly io: Io;
  readonly interrupts: Interrupts;
  readonly durationMs: number | undefined;
  /** True if the counters are printed at the end. */
  readonly stats: boolean;
  readonly standing: Standing;
}

/** Runs a trace from its first event to the exit status. */
export class Session {
  readonly #parts: SessionParts;
  readonly #dropWatch = new DropWatch();
  /** The number of events, and the time of the last one in two halves. */
  #taken = 0;
  #lastTimeLo = 0;
  #lastTimeHi = 0;
  #recorderFull = false;
  /** The context of the records, as written to the recording. */
  #context: EventContext;
  #waitingNote: NodeJS.Timeout | undefined;
  /** The end of the command; undefined while it lives, and without a command. */
  #exit: CommandExit | undefined;
  /** True if the time limit was reached. */
  #timedOut = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { tracer, outputs, interrupts, recorder } = parts;
    interrupts.began({ tracer, exit: tracer.exit, ...(outputs.canReopen ? { reopen: this.#reopen } : {}) });
    this.#context = tracer.context;
    recorder?.setContext(this.#context);
    void tracer.exit?.then((exit) => {
      this.#exit = exit;
      this.#waitingNote = setTimeout(this.#noteDescendants, patienceMs).unref();
    });
    outputs.events.sink.onFailure = () => tracer.close();
  }

  /**
   * Resolves to the outcome when all output is written and the command has ended. A time limit ends
   * the wait for the command.
   */
  async run(): Promise<Outcome> {
    const { tracer, durationMs, interrupts } = this.#parts;
    const duration = durationMs === undefined ? undefined : setTimeout(this.#timeOut, durationMs);
    const dropCheck = this.#watchDrops();
    try {
      await this.#pump();
    } finally {
      clearTimeout(duration);
      clearInterval(dropCheck);
      clearTimeout(this.#waitingNote);
      tracer.close();
    }
    const failure = await this.#conclude();
    if (!this.#timedOut && interrupts.endedBy === undefined) await tracer.exit;
    return this.#outcome(failure);
  }

  /**
   * Writes events as they arrive, and waits while an output is full. Unread events stay in the ring
   * buffers. If a ring buffer is full, the kernel drops events and counts them.
   */
  async #pump(): Promise<void> {
    const { tracer, writer } = this.#parts;
    writer.begin();
    await tracer.each(this.#take, { pause: () => this.#pause() });
    this.#markDrops();
    writer.end();
  }

  readonly #take = (event: TracedEvent): void => {
    const { tracer, writer, recorder } = this.#parts;
    this.#taken++;
    if (event.kind !== 'malformed') {
      this.#lastTimeLo = event.timeNsLo;
      this.#lastTimeHi = event.timeNsHi;
    }
    if (recorder !== undefined) {
      if (tracer.context !== this.#context) {
        this.#context = tracer.context;
        recorder.setContext(this.#context);
      }
      this.#recorderFull = !recorder.append(event);
    }
    writer.write(event);
  };

  #pause(): Promise<void> | undefined {
    const { writer, recorder } = this.#parts;
    return this.#recorderFull ? recorder?.drained().then(() => writer.pause()) : writer.pause();
  }

  #watchDrops(): NodeJS.Timeout {
    let takenBefore = 0;
    return setInterval(() => {
      // Reading the counters takes time. Without events, nothing is dropped.
      if (this.#taken === takenBefore) return;
      takenBefore = this.#taken;
      this.#markDrops();
    }, dropCheckMs).unref();
  }

  /** Marks the place in the output where events are missing. */
  #markDrops(): void {
    const { tracer, writer, recorder } = this.#parts;
    const drops = this.#dropWatch.since(droppedOf(tracer.eventStats()));
    if (drops === undefined) return;
    const timeNs = (BigInt(this.#lastTimeHi) << 32n) | BigInt(this.#lastTimeLo);
    const mark = marker({ kind: 'drops', timeNs, drops });
    if (mark.kind === 'drops') recorder?.mark(mark);
    writer.write(mark);
  }

  readonly #reopen = (): void => {
    const { outputs, io } = this.#parts;
    void outputs.reopen().then((failure) => failure && reportFailure(failure, io.err));
  };

  /** Names the living descendants. Otherwise a trace that waits for a daemon would seem to hang. */
  readonly #noteDescendants = (): void => {
    const { tracer, io } = this.#parts;
    const left = tracer.running ? tracer.processes.alive(mostNamed) : [];
    if (left.length === 0) return;
    const names = left.map(({ comm, tgid }) => `${escapeText(comm)} [${tgid}]`).join(', ');
    const more = tracer.processes.living > left.length ? ', …' : '';
    note(
      io,
      `the command has ended; waiting for its descendants: ${names}${more}. ` +
        'Ctrl-C ends the trace. With --until command it ends with the command',
    );
  };

  readonly #timeOut = (): void => {
    this.#timedOut = true;
    this.#parts.tracer.close();
  };

  async #conclude(): Promise<SpoorError | undefined> {
    const { tracer, outputs, recorder, io, stats, standing } = this.#parts;
    const counted = tracer.stats();
    const statistics = { ...counted, variants: { ...counted.variants, ...standing.facts } };
    outputs.stats?.write(`${JSON.stringify(statistics, null, 2)}\n`);
    const failure = joinErrors([await recorder?.close(), await outputs.close()]);
    const { sink, style } = io.err;
    if (failure !== undefined) await reportFailure(failure, io.err);
    if (this.#unseen) await reportFailure(unseen(tracer.commandTgid), io.err);
    if (tracer.interference.length > 0) await reportFailure(tampered(tracer.interference), io.err);
    if (stats) sink.write(statisticsText(statistics, style));
    const drops = dropsText(droppedOf(statistics.events));
    if (drops !== '') sink.write(`${style.bad('spoor:')} ${drops}\n`);
    if (this.#timedOut && tracer.exit !== undefined && this.#exit === undefined) {
      note(io, 'time limit reached; the command is still running and goes on untraced');
    }
    return failure;
  }

  #outcome(failure: SpoorError | undefined): Outcome {
    const { tracer, interrupts } = this.#parts;
    if (failure !== undefined && failure.code !== 'OUTPUT_CLOSED') return statusOfError(failure.code);
    if (this.#exit !== undefined) {
      const outcome = outcomeOfExit(this.#exit);
      return outcome === exitStatus.ok && this.#incomplete ? exitStatus.environment : outcome;
    }
    if (interrupts.endedBy !== undefined) return outcomeOfSignal(interrupts.endedBy);
    if (this.#incomplete) return exitStatus.environment;
    return tracer.exit === undefined && failure !== undefined ? statusOfError(failure.code) : exitStatus.ok;
  }

  /** True if nothing was traced, or not everything. */
  get #incomplete(): boolean {
    return this.#unseen || this.#parts.tracer.interference.length > 0;
  }

  /** A signal can end the trace before the command begins. */
  get #unseen(): boolean {
    const { tracer, interrupts } = this.#parts;
    return tracer.commandUnseen && interrupts.endedBy === undefined;
  }
}

function unseen(tgid: number | undefined): SpoorError {
  return new SpoorError(
    'IDENTITY_MISMATCH',
    `process ${tgid} of the command was never seen: nothing was traced`,
    {
      remedy: 'Trace for longer than the command takes to start. Otherwise run spoor doctor.',
    },
  );
}

function tampered(found: readonly string[]): SpoorError {
  return new SpoorError('TAMPERED', `another process interfered with the trace: ${found.join('; ')}`, {
    remedy: 'Events are missing. A process with root rights can do this; do not run the command as root.',
  });
}
