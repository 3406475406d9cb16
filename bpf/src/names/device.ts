import type { Names } from './names.js';

/**
 * `major:minor` of a device number as the kernel has it: major << 20 | minor
 * (include/linux/kdev_t.h).
 */
export function deviceText(device: number): string {
  return `${device >>> 20}:${device & 0xfffff}`;
}

/** Numbers of devices as `major:minor`. */
export const deviceNumbers: Names<string> = {
  of: deviceText,
  numberOf(text) {
    const [, major, minor] = /^(\d{1,4}):(\d{1,7})$/.exec(text) ?? [];
    const device = Number(major) * 2 ** 20 + Number(minor);
    return deviceText(device) === text ? device : undefined;
  },
  examples: '1:3',
};
