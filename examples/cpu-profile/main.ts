/**
 * Samples the stacks of a process, and draws them as a flame graph. It ends with 500 samples, or
 * after ten seconds.
 *
 *     sudo node examples/cpu-profile/main.ts PID [FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { openObject } from '@spoor/object';
import { cpuProfile } from './gen/cpu-profile.ts';

const [pid = String(process.ppid), file = 'profile.svg'] = process.argv.slice(2);

/** Functions of the kernel, or parts of files in memory, by where they start. */
const placesIn = (path: string, pattern: RegExp) =>
  [...readFileSync(path, 'utf8').matchAll(pattern)].map(({ groups = {} }) => {
    const { start, name = '', offset } = groups;
    return { start: BigInt(`0x${start}`), name: basename(name) || 'anonymous', offset };
  });
const kernel = placesIn('/proc/kallsyms', /^(?<start>\w+) [tw] (?<name>\S+)/gim);
const user = placesIn(`/proc/${pid}/maps`, /^(?<start>\w+)-\w+ ..x. (?<offset>\w+) \S+ \d+ *(?<name>.*)$/gm);
kernel.sort((a, b) => (a.start < b.start ? -1 : 1));

const names = new Map<bigint, string>();
function nameOf(address: bigint, places: typeof kernel): string {
  const { start = 0n, name = 'unknown', offset } = places.findLast((place) => place.start <= address) ?? {};
  return offset === undefined ? name : `${name}+0x${(address - start + BigInt(`0x${offset}`)).toString(16)}`;
}
/** The names of return addresses, outermost first. */
function framesOf(addresses: readonly bigint[], places: typeof kernel): string[] {
  const called = addresses.filter((address) => address !== 0n).reverse();
  for (const address of called) if (!names.has(address)) names.set(address, nameOf(address, places));
  return called.map((address) => names.get(address) ?? '');
}

/** The functions that this one called, by name. */
class Frame extends Map<string, Frame> {
  samples = 0;
}
const root = new Frame();

const loaded = openObject(cpuProfile).setConstant('target', Number(pid)).load();
loaded.program('take_sample').attach({ event: 'cpu-clock', frequency: 499 });
for await (const sample of loaded.ring('samples', { signal: AbortSignal.timeout(10_000) })) {
  let frame = root;
  root.samples++;
  for (const name of [sample.comm, ...framesOf(sample.user, user), ...framesOf(sample.kernel, kernel)]) {
    const child = frame.get(name) ?? new Frame();
    frame.set(name, child);
    frame = child;
    frame.samples++;
  }
  if (root.samples === 500) break;
}
loaded.close();

const depthOf = (frame: Frame): number => 1 + Math.max(0, ...[...frame.values()].map(depthOf));
/** Draws a function, and above it those that it called. The inner `svg` cuts off a long name. */
function draw(name: string, frame: Frame, x: number, level: number): string {
  const text = name.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
  const place = `x="${x}%" y="${level * -17}" width="${(frame.samples / root.samples) * 100}%" height="16"`;
  const box = `<rect width="100%" height="16" fill="hsl(${20 + (level % 8) * 4}, 90%, 68%)"/>`;
  const title = `<title>${text}: ${frame.samples} of ${root.samples} samples</title>`;
  const parts = [`<svg ${place}>${title}${box}<text x="3" y="12">${text}</text></svg>`];
  let left = x;
  for (const [called, child] of frame) {
    parts.push(draw(called, child, left, level + 1));
    left += (child.samples / root.samples) * 100;
  }
  return parts.join('\n');
}
const size = `viewBox="0 ${depthOf(root) * -17} 1200 ${depthOf(root) * 17}" font-family="monospace" font-size="11"`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${draw(`process ${pid}`, root, 0, 1)}\n</svg>\n`;
writeFileSync(file, svg);
console.log(`${root.samples} samples in ${file}`);
