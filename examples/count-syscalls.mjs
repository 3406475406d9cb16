/**
 * Counts the system calls of a command with a BPF object of your own: a constant, a per-CPU map,
 * and no events at all.
 *
 * count-syscalls.bpf.c says how to compile it.
 *
 *     sudo node examples/count-syscalls.mjs count-syscalls.bpf.o ls /
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { ctype } from '@spoor/btf';
import { typedMap } from '@spoor/map';
import { openObject } from '@spoor/object';

const [file, ...command] = process.argv.slice(2);
if (file === undefined || command.length === 0) {
  console.error('usage: node count-syscalls.mjs OBJECT COMMAND [ARGUMENT…]');
  process.exit(2);
}

// The shell waits for a line, so that counting begins before the command does.
const child = spawn('sh', ['-c', 'read -r _ && exec "$@"', 'sh', ...command], {
  stdio: ['pipe', 'ignore', 'inherit'],
});
const opened = openObject(file);
opened.setConstant('target_tgid', child.pid);
const loaded = opened.load();
loaded.attach();
child.stdin.end('\n');
await once(child, 'exit');

const counts = typedMap(loaded.map('counts'), { key: ctype.u32, value: ctype.u64, perCpu: true });
let total = 0n;
for (const [number, perCpu] of counts) {
  const sum = perCpu.reduce((a, b) => a + b, 0n);
  total += sum;
  console.log(`system call ${number}: ${sum}`);
}
console.log(`total: ${total}`);
loaded.close();
