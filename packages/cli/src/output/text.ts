import { escapeText } from '@spoor/core';

type Data = Readonly<Record<string, unknown>>;

/**
 * Escapes a text field for printing. Uses its bytes if the text is not exact, and adds `…` if it
 * was cut.
 */
export function textField(data: Data, name: string): string {
  const raw = data[`${name}Raw`];
  const text = typeof raw === 'string' ? Buffer.from(raw, 'hex') : data[name];
  const escaped = text instanceof Uint8Array ? escapeText(text) : escapeText(String(text ?? ''));
  return data[`${name}Truncated`] === true ? `${escaped}…` : escaped;
}

/** Formats a duration: `4.1 ms`, `12.3 s`, `3 min 20 s`. */
export function durationText(ns: bigint): string {
  const ms = Number(ns) / 1e6;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Formats a count: `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** Formats a count and a noun: `1 event`, `2 events`. */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Formats a size: `4 MiB`, `512 KiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${units[unit]}`;
}
