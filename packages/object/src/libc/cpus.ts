import { readFileSync } from 'node:fs';

/** The numbers of the CPUs that are online, from a list such as `0-3,6`. */
export function onlineCpus(): readonly number[] {
  const list = readFileSync('/sys/devices/system/cpu/online', 'utf8').trim();
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
