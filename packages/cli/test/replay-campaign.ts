/** Reads mutated recordings in every possible way. */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpoorError } from '@spoor/core';
import { seededRandom } from '@spoor/core/testing';
import { LineBuffer, openRecording, type Recording, writeJsonLine } from '@spoor/event';
import type { Io } from '../src/io.js';
import { Sink } from '../src/output/sink.js';
import { noStyle } from '../src/output/style.js';
import { run } from '../src/run.js';
import { mutatedRecording, type Random } from './mutate-recording.js';

/** The result of a campaign. */
export interface Campaign {
  readonly cases: number;
  /** Recordings that were read to an end, and recordings that were refused. */
  readonly read: number;
  readonly refused: number;
  readonly events: number;
  /** The processor time, the number and the size of the slowest case. */
  readonly worst: { readonly ms: number; readonly case: number; readonly bytes: number };
}

/** A file system in memory. Each case is a file. */
const memory = '/dev/shm';

/** Lines of an event may have a name for each of its bytes, and print each byte in hexadecimal. */
const mostOutput = 64;

/**
 * Reads mutated recordings. Case `n` of a seed is identical in every run, wherever the run begins.
 *
 * @throws Error naming the case, if it ends in another way than a `SpoorError`, prints control
 *   characters to a terminal, changes `Object.prototype`, or expands a file beyond its bounds
 */
export async function campaign(seed: number, first: number, count: number): Promise<Campaign> {
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'spoor-campaign-'));
  const streams = new Streams(folder);
  const path = join(folder, 'recording');
  const seen = { cases: count, read: 0, refused: 0, events: 0, worst: { ms: 0, case: first, bytes: 0 } };
  try {
    for (let number = first; number < first + count; number++) {
      const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
      for (let turns = 0; turns < 8; turns++) random(2);
      const bytes = mutatedRecording(random);
      writeFileSync(path, bytes);
      const before = process.cpuUsage();
      try {
        const events = await (random(20) === 0 ? replayed(path, random, streams) : decoded(path, random));
        seen.events += events ?? 0;
        if (events === undefined) seen.refused++;
        else seen.read++;
        checkPrototype();
      } catch (cause) {
        const text = `seed ${seed}, case ${number}, ${bytes.length} bytes: ${String(cause)}`;
        throw new Error(text, { cause });
      }
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1000;
      if (ms > seen.worst.ms) seen.worst = { ms, case: number, bytes: bytes.length };
    }
  } finally {
    streams.close();
    rmSync(folder, { recursive: true });
  }
  return seen;
}

const lines = new LineBuffer();

/** Returns the number of events; undefined if the recording was refused. */
async function decoded(path: string, random: Random): Promise<number | undefined> {
  const made = { events: 0, bytes: 0 };
  let recording: Recording | undefined;
  let refused = false;
  try {
    recording = await openRecording(path);
    await (random(2) === 0 ? iterated(recording, made) : lent(recording, made));
  } catch (error) {
    if (!(error instanceof SpoorError && error.code === 'RECORDING_INVALID')) throw error;
    refused = true;
  } finally {
    await recording?.close();
  }
  const size = recording?.size ?? 0;
  if (made.events > size + 16_384) throw new Error(`${made.events} events of ${size} bytes`);
  if (made.bytes > mostOutput * (512 * size + 4 * 2 ** 20)) throw new Error(`${made.bytes} bytes of lines`);
  return refused ? undefined : made.events;
}

async function iterated(recording: Recording, made: { events: number; bytes: number }): Promise<void> {
  for await (const event of recording) {
    made.events++;
    made.bytes += JSON.stringify(event).length;
    if ('toObject' in event) Object.values(event.toObject());
  }
}

async function lent(recording: Recording, made: { events: number; bytes: number }): Promise<void> {
  await recording.each((event) => {
    made.events++;
    writeJsonLine(event, lines);
    made.bytes += lines.length;
    lines.clear();
  });
}

const forms = ['table', 'tree', 'json'] as const;
const scopes = [[], [], ['--scope', 'comm=sh follow'], ['--scope', 'open.path=/etc/* exec']];

/** Runs `spoor replay`. Returns the number of lines, or undefined if it refuses the file. */
async function replayed(path: string, random: Random, streams: Streams): Promise<number | undefined> {
  const form = forms[random(forms.length)]!;
  const status = await run(
    ['replay', path, '--format', form, ...scopes[random(scopes.length)]!],
    streams.io(),
  );
  const { out, err } = streams.texts();
  if (status !== 0 && status !== 1) throw new Error(`status ${JSON.stringify(status)}: ${err}`);
  if (/INTERNAL/.test(err)) throw new Error(err);
  for (const text of [out, err]) {
    const hostile = /[^\n\P{Cc}]|\p{Cf}|[\u2028\u2029]/u.exec(text);
    if (hostile !== null)
      throw new Error(`prints U+${hostile[0].codePointAt(0)!.toString(16)}: ${text.slice(0, 200)}`);
  }
  return status === 0 ? out.split('\n').length : undefined;
}

function checkPrototype(): void {
  const names =
    Object.getOwnPropertyNames(Object.prototype).length + Object.getOwnPropertyNames(Object).length;
  if (names !== ownNames) throw new Error('Object or Object.prototype has another property');
}
const ownNames =
  Object.getOwnPropertyNames(Object.prototype).length + Object.getOwnPropertyNames(Object).length;

/** Standard streams in files, which are read after each case. */
class Streams {
  readonly #out: number;
  readonly #err: number;

  constructor(folder: string) {
    this.#out = openSync(join(folder, 'out'), 'a+');
    this.#err = openSync(join(folder, 'err'), 'a+');
  }

  io(): Io {
    for (const fd of [this.#out, this.#err]) ftruncateSync(fd);
    return {
      out: { sink: new Sink(this.#out, 'standard output'), style: noStyle },
      err: { sink: new Sink(this.#err, 'standard error'), style: noStyle },
    };
  }

  texts(): { readonly out: string; readonly err: string } {
    return { out: textOf(this.#out), err: textOf(this.#err) };
  }

  close(): void {
    closeSync(this.#out);
    closeSync(this.#err);
  }
}

function textOf(fd: number): string {
  const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, 2 ** 22));
  readSync(fd, bytes, 0, bytes.length, 0);
  return bytes.toString();
}
