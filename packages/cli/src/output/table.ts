import { escapeText } from '@spoor/core';
import type { EventLine } from '@spoor/event';
import { CommandWait } from './command-wait.js';
import { detailsOf } from './details.js';
import { dropsByKind } from './drops.js';
import type { OutputLine, Renderer, RendererOptions } from './renderer.js';
import { textField } from './text.js';

/** Process ids have at most seven digits: PID_MAX_LIMIT is 4,194,304. */
const pidWidth = 7;
/** A task's name has at most 15 bytes. */
const commWidth = 15;

/** Formats one aligned line per event. */
export function tableRenderer({ style, time, kinds }: RendererOptions): Renderer {
  const timeWidth = time === 'wall' ? 12 : 10;
  const kindWidth = Math.max('EVENT'.length, ...kinds.map((kind) => kind.length));
  const clock = time === 'wall' ? wallClock : relativeClock();
  const wait = new CommandWait();

  return {
    begin: () =>
      `${style.dim(
        `${'TIME'.padStart(timeWidth)} ${'PID'.padStart(pidWidth)} ${'COMM'.padEnd(commWidth)} ${'EVENT'.padEnd(kindWidth)} DETAILS`,
      )}\n`,
    event(event, out) {
      wait.take(event);
      const line = event.toJSON();
      if (!('tgid' in line)) return out.add(`${style.bad(escapeText(interlude(line)))}\n`);
      const { text, failed } = detailsOf(line.event, withoutWait(line, wait));
      const fields = [
        style.dim(clock(line).padStart(timeWidth)),
        String(line.tgid).padStart(pidWidth),
        textField({ ...line }, 'comm').padEnd(commWidth),
        style.name(escapeText(line.event).padEnd(kindWidth)),
        `${failed === true ? style.bad(text) : text}\n`,
      ];
      out.add(fields.join(' '));
    },
    end: () => '',
  };
}

/** Returns the data of an event. The duration of the command excludes the wait before its exec. */
function withoutWait(line: EventLine, wait: CommandWait): Readonly<Record<string, unknown>> {
  if (line.event !== 'exit') return line.data;
  const { tgid, startTimeNs, data } = line as EventLine<'exit'>;
  const process = { tgid, startTimeNs: BigInt(startTimeNs) };
  return { ...data, durationNs: wait.ranNs(process, BigInt(data.durationNs)) };
}

/** Formats a marker or a malformed record. */
function interlude(line: Exclude<OutputLine, EventLine>): string {
  switch (line.event) {
    case 'malformed':
      return `-- malformed record at ${line.position}: ${line.reason} --`;
    case 'gap':
      return `-- ${line.records ?? 'some'} records missing at ${line.position}: ${line.reason} --`;
    case 'drops':
      return `-- dropped about here: ${dropsByKind(line.drops)} --`;
  }
}

interface Timed {
  readonly time: string | null;
  readonly ktimeNs: string;
}

/** Formats the seconds since the first event. */
function relativeClock(): (line: Timed) => string {
  let first: bigint | undefined;
  return ({ ktimeNs }) => {
    const now = BigInt(ktimeNs);
    first ??= now;
    return (Number(now - first) / 1e9).toFixed(6);
  };
}

/** Formats the local time of day, with milliseconds. */
function wallClock({ time }: Timed): string {
  if (time === null) return '-';
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
