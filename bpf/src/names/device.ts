/**
 * `major:minor` of a device number as the kernel has it: major << 20 | minor
 * (include/linux/kdev_t.h).
 */
export function deviceText(device: number): string {
  return `${device >>> 20}:${device & 0xfffff}`;
}
