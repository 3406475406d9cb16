import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventKind, EventLine, EventObject } from '@spoor/event';
import { eventSchemas } from '@spoor/event/schemas';
import { Compile } from 'typebox/schema';
import { expect } from 'vitest';
import { type TraceOptions, trace } from '../src/index.js';
import { compileTo } from './compile.js';

/** A line whose data can be asked for any field. */
type ActedLine<Kind extends EventKind> = EventLine<Kind> & {
  readonly data: Readonly<Record<string, unknown>>;
};

export interface Acted<Kind extends EventKind> {
  /** The events of the program, of the kinds asked for, in order. */
  readonly events: readonly EventObject<Kind>[];
  /** Their lines of JSON output, each checked against its schema. */
  readonly lines: readonly ActedLine<Kind>[];
  /** `data` of the lines. */
  readonly data: readonly Record<string, unknown>[];
  /** The lines that the program printed by `tell`. */
  readonly told: readonly string[];
  /** The file of the program, and its working directory. */
  readonly program: string;
  readonly folder: string;
  /** The variants in use, see `Statistics.variants`. */
  readonly variants: Readonly<Record<string, string>>;
  /** Names of the programs that were loaded. */
  readonly programs: readonly string[];
}

export interface Act<Kind extends EventKind> {
  readonly kinds: readonly Kind[];
  /** Statements of `main`, in C, with the helpers of fixtures/act.h. Runs in a new folder. */
  readonly main: string;
  /** Declarations before `main`, in C. */
  readonly before?: string;
  readonly options?: Partial<TraceOptions>;
  /** True to return the events of programs that it executes, too. */
  readonly everything?: boolean;
}

/** Compiles, runs and traces a small C program. Removes its files. */
export async function act<const Kind extends EventKind>(given: Act<Kind>): Promise<Acted<Kind>> {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-act-'));
  try {
    const program = compile(folder, given);
    const kinds: readonly EventKind[] = given.kinds;
    const events: EventObject<Kind>[] = [];
    const lines: ActedLine<Kind>[] = [];
    await using tracer = await trace({
      ...given.options,
      tuning: { replaceable: false, ...given.options?.tuning },
      command: [program],
      spawn: { cwd: folder, stdio: 'inherit' },
      events: kinds,
    });
    await tracer.each((event) => {
      expect(event.kind).not.toBe('malformed');
      if (event.kind === 'malformed' || (event.exe !== program && given.everything !== true)) return;
      events.push(event.toObject() as unknown as EventObject<Kind>);
      lines.push(checked(JSON.parse(JSON.stringify(event)) as ActedLine<Kind>));
    });
    expect(await tracer.exit).toEqual({ code: 0, signal: null });
    expect(tracer.interference).toEqual([]);
    for (const kind of given.kinds) {
      const { submitted, delivered, dropped } = tracer.stats().events[kind]!;
      expect({ delivered, dropped }).toEqual({ delivered: submitted, dropped: {} });
    }
    const file = join(folder, 'told');
    const told = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    const data = lines.map((line) => line.data);
    const { variants, programs } = tracer.stats();
    const names = programs.map(({ name }) => name);
    return { events, lines, data, told, program, folder, variants, programs: names };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(folder: string, { main, before = '' }: Act<EventKind>): string {
  const text = `#include "act.h"\n${before}\nint main(void)\n{\n${main}\nreturn 0;\n}\n`;
  const program = join(folder, 'act');
  writeFileSync(join(folder, 'act.c'), text);
  compileTo(program, text);
  return program;
}

function checked<Line extends EventLine>(line: Line): Line {
  const [, problems] = Compile(eventSchemas[line.event]).Errors(line);
  expect(problems).toEqual([]);
  return line;
}

/** Returns the indexes of events with strings that were read from user memory. */
export const fromUserMemory = (lines: readonly { readonly flags: readonly string[] }[]): number[] =>
  lines.flatMap(({ flags }, index) => (flags.includes('user-memory') ? [index] : []));

/** HOSTILE of fixtures/act.h: its text, and its bytes, which are not UTF-8. */
export const hostile = {
  text: 'evil\n\u001b[31m\t\ufffd\ufffd\ufffd',
  hex: '6576696c0a1b5b33316d09fffe80',
};
