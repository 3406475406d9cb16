import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boot } from './machine.mjs';
import type { Message } from './merge.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-machine-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A qemu that notes each start, and stands still in the first ones. */
function pretendQemu(silentStarts: number): void {
  const path = join(folder, 'qemu-system-x86_64');
  const starts = join(folder, 'starts');
  writeFileSync(
    path,
    `#!/bin/sh
echo >> ${starts}
[ $(wc -l < ${starts}) -gt ${silentStarts} ] || exec sleep 60
for argument; do
  case $argument in *.serial) echo '{"say":"line","text":"up"}' > "\${argument#file:}";; esac
done
# Longer than it may be silent.
sleep 6
`,
  );
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
}

function bootIt(messages: Message[], mostSilentMs: number) {
  const guest = {
    kernel: { version: '0', package: 'p', image: 'i', modules: 'm' },
    initramfs: join(folder, 'initramfs'),
    disks: [],
    cpus: 1,
    memoryMb: 1,
    root: '',
    program: '',
    console: join(folder, 'console'),
    accelerator: [],
  };
  const onMessage = (message: Message) => messages.push(message);
  return boot(guest as never, { limitMs: 60_000, mostSilentMs, onMessage });
}

const starts = () => readFileSync(join(folder, 'starts'), 'utf8').length;

test('a guest that never said a word is started once more, and once it has said something, left alone', async () => {
  const messages: Message[] = [];
  pretendQemu(1);
  const heard = await bootIt(messages, 5000);
  expect(heard).toMatchObject({ late: false, messages: [{ say: 'line', text: 'up' }] });
  expect(messages).toHaveLength(1);
  expect(starts()).toBe(2);
});

test('one that stays silent is not started a third time', async () => {
  pretendQemu(2);
  const heard = await bootIt([], 500);
  expect(heard).toMatchObject({
    late: true,
    messages: [],
    printed: 'nothing, though qemu was started twice',
  });
  expect(starts()).toBe(2);
});
