import { Compile } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { type FakeFields, fakeRecord } from '../testing.js';
import { EventDecoder } from '../view/decoder.js';
import { eventSchemas } from './schemas.js';

/** The data of an exec as it is printed, held to the schema. */
function data<Kind extends 'exec' | 'exec-failed'>(kind: Kind, fields: FakeFields<Kind>): unknown {
  const printed = JSON.stringify(new EventDecoder().decode(fakeRecord(kind, fields)));
  const line = JSON.parse(printed) as { data: unknown };
  expect(Compile(eventSchemas[kind]).Errors(line)[1]).toEqual([]);
  return line.data;
}

describe('exec', () => {
  it('has the binary and the arguments', () => {
    const fields = {
      path: '/usr/bin/dash',
      filename: './script',
      cwd: '/home',
      argv: ['sh', '-c', 'true'],
      argc: 3,
      previousComm: 'node',
      sessionId: 7,
      processGroup: 8,
      terminal: 'pts/3',
      loginuid: 1000,
      device: (254 << 20) | 1,
      inode: 99n,
    };
    const ids = { euid: 1, suid: 2, gid: 3, egid: 4, sgid: 5, supplementaryGroups: 6 };
    const sets = { effective: 1n << 40n, permitted: 3n << 40n };
    expect(data('exec', { ...fields, ...ids, ...sets })).toEqual({
      ...fields,
      argvTruncated: false,
      argvBytes: 11,
      ...ids,
      effectiveCapabilities: '0000010000000000',
      permittedCapabilities: '0000030000000000',
      device: '254:1',
      inode: '99',
      changeTimeNs: '0',
    });
  });

  it('says what a file gave the process', () => {
    expect(data('exec', { gained: 7, gainedCapabilities: (1n << 13n) | (1n << 63n) })).toMatchObject({
      gained: ['euid', 'egid', 'CAP_NET_RAW', 'CAP_63'],
    });
    expect(data('exec', { gained: 1 })).toMatchObject({ gained: ['euid'] });
  });

  it('leaves out a terminal and a login that the process does not have', () => {
    const fields = data('exec', { loginuid: 0xffffffff });
    expect(fields).not.toHaveProperty('terminal');
    expect(fields).not.toHaveProperty('loginuid');
    expect(data('exec', { loginuid: 0, terminal: 'tty1' })).toMatchObject({ loginuid: 0, terminal: 'tty1' });
  });

  it('has the end of arguments that are too long', () => {
    const argvTail = Buffer.from([0x61, 0, 0xff, 0]) as never;
    const long = { argv: ['a', 'bbb'], argvTail, argvTailCut: 1, argc: 4, fullLengths: { argv: 70_000 } };
    expect(data('exec', long)).toMatchObject({
      argv: ['a', 'bbb'],
      argvTail: ['a', '\ufffd'],
      argvTailRaw: ['61', 'ff'],
      argvTailTruncated: true,
      argvBytes: 70_000,
      argvTruncated: true,
    });
    expect(data('exec', { ...long, argvTailCut: 0 })).not.toHaveProperty('argvTailTruncated');
  });

  it('says when arguments are missing, and keeps the bytes of odd ones', () => {
    expect(data('exec', { argv: ['a'], argc: 2 })).toMatchObject({ argc: 2, argvTruncated: true });
    expect(data('exec', { argv: ['a'], argc: 1, fullLengths: { argv: 3 } })).toMatchObject({
      argvTruncated: true,
    });
    const odd = Buffer.from([0x61, 0, 0xff, 0]) as never;
    expect(data('exec', { argv: odd, argc: 2 })).toMatchObject({
      argv: ['a', '\ufffd'],
      argvRaw: ['61', 'ff'],
    });
  });
});

describe('exec-failed', () => {
  it('has the error, the name and the arguments', () => {
    const fields = { filename: './x', argv: ['x', 'y'], argc: 2, directory: '/tmp' };
    expect(data('exec-failed', { ...fields, result: -13 })).toEqual({
      ...fields,
      argvBytes: 4,
      argvTruncated: false,
      error: 'EACCES',
    });
  });

  it('says when arguments are missing, and then not how many bytes they had', () => {
    expect(data('exec-failed', { argv: ['x'], argc: 9, result: -7, fullLengths: { argv: 3 } })).toEqual({
      filename: '',
      argv: ['x'],
      argc: 9,
      argvTruncated: true,
      error: 'E2BIG',
    });
  });
});
