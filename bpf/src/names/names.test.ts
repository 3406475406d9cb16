import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ipv4Text, ipv6Text } from './address.js';
import { deviceNumbers, deviceText } from './device.js';
import { errorName, errors } from './errno.js';
import { families } from './family.js';
import { openFlags } from './open-flags.js';
import { signals } from './signal.js';

describe('names', () => {
  it.runIf(process.platform === 'linux')('agree with the platform', () => {
    const aliases = new Set(['ENOTSUP', 'EWOULDBLOCK', 'SIGIOT', 'SIGPOLL']);
    for (const [name, number] of Object.entries(constants.errno))
      if (!aliases.has(name)) expect(errorName(number)).toBe(name);
    for (const [name, number] of Object.entries(constants.signals))
      if (!aliases.has(name)) expect(signals.of(number, 'x64')).toBe(name);
  });

  it('fall back to the number', () => {
    expect([errorName(9999), errorName(512), errorName(0)]).toEqual(['9999', 'ERESTARTSYS', '0']);
    expect([signals.of(0, 'x64'), signals.of(64, 'x64'), signals.of(65, 'x64')]).toEqual([
      null,
      'SIGRT32',
      '65',
    ]);
    expect([families.of(45, 'x64'), families.of(46, 'x64'), families.of(2, 'x64')]).toEqual([
      'mctp',
      '46',
      'inet',
    ]);
  });

  it('lead back to the number', () => {
    expect(signals.numberOf('SIGTERM', 'x64')).toBe(15);
    expect(families.numberOf('inet6', 'x64')).toBe(10);
    expect(errors.numberOf('ENOENT', 'x64')).toBe(2);
    expect(signals.numberOf('SIGNONE', 'x64')).toBeUndefined();
    for (const flags of [0, 0o2002, 0o4010001, 0x80000003])
      expect(openFlags.numberOf(openFlags.of(flags, 'arm64')!, 'arm64')).toBe(flags);
  });

  it.each([
    [0, 'O_RDONLY'],
    [0o2002, 'O_RDWR|O_APPEND'],
    [0o4010001, 'O_WRONLY|O_SYNC'],
    [0o10000, 'O_RDONLY|O_DSYNC'],
    [0o20200002, 'O_RDWR|O_TMPFILE'],
    [0o2200000, 'O_RDONLY|O_CLOEXEC|O_DIRECTORY'],
    [0x80000003, 'O_ACCMODE|0x80000000'],
  ])('of the open flags %i', (flags, names) => {
    expect(openFlags.of(flags, 'x64')).toBe(names);
  });

  it('of open flags depend on the machine', () => {
    expect(openFlags.of(0o40000, 'x64')).toBe('O_RDONLY|O_DIRECT');
    expect(openFlags.of(0o40000, 'arm64')).toBe('O_RDONLY|O_DIRECTORY');
  });

  it('of devices, in both directions', () => {
    for (const text of ['0:0', '1:3', '4095:1048575'])
      expect(deviceNumbers.of(deviceNumbers.numberOf(text, 'x64')!, 'x64')).toBe(text);
    for (const text of ['', '1', '1:', ':3', '01:3', '1:03', '4096:0', '1:1048576', 'a:b'])
      expect(deviceNumbers.numberOf(text, 'x64')).toBeUndefined();
  });

  it('of devices and addresses', () => {
    expect(deviceText((254 << 20) | 7)).toBe('254:7');
    expect(deviceText(0xfff00000)).toBe('4095:0');
    expect(ipv4Text(Uint8Array.of(1, 2, 3, 255))).toBe('1.2.3.255');
    const v6 = (...groups: number[]) =>
      ipv6Text(Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])));
    expect(v6(0, 0, 0, 0, 0, 0, 0, 0)).toBe('::');
    expect(v6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1)).toBe('2001:db8::1:0:0:1');
    expect(v6(1, 0, 2, 3, 4, 5, 6, 7)).toBe('1:0:2:3:4:5:6:7');
    expect(v6(0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201)).toBe('::ffff:192.0.2.1');
    expect(v6(0xfe80, 0, 0, 0, 0, 0, 0, 0)).toBe('fe80::');
  });
});
