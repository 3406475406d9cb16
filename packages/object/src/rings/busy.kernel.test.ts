import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { openObject, openRing } from '../index.js';

// A record can only be met busy while its producer runs on another CPU.
it.skipIf(availableParallelism() < 2)(
  'waits at a record that another process has not submitted yet',
  async () => {
    using opened = openObject(compileFixture('hold'));
    using loaded = opened.load();
    using reader = openRing(loaded.map('ring'));
    loaded.attach();
    // Some dozens of system calls, each of which holds a record for some milliseconds.
    const child = spawn('sh', ['-c', 'read go; exec dd if=/dev/zero of=/dev/null bs=1 count=20'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(child, 'exit');
    let running = true;
    void ended.then(() => {
      running = false;
    });
    loaded.globals.write('target_tgid', child.pid!);
    child.stdin.end('\n');

    const ids: number[] = [];
    const torn: number[] = [];
    let busy = 0;
    while (running) {
      const count = reader.drain(({ u32 }, offset) => {
        const id = u32[offset >>> 2]!;
        // Written after the wait: what is read before it is submitted is not there.
        if (u32[(offset >>> 2) + 1] !== ~id >>> 0) torn.push(id);
        ids.push(id);
      });
      if (count === 0 && reader.backlog > 0) {
        busy++;
        expect(reader.more).toBe('later');
      }
      await turn();
    }
    reader.close(({ u32 }, offset) => ids.push(u32[offset >>> 2]!));
    expect(busy).toBeGreaterThan(0);
    expect(torn).toEqual([]);
    expect(ids.length).toBe(Number(loaded.globals.read('submitted')));
    expect(ids).toEqual(ids.map((_, index) => index));
    expect(reader.fault).toBeUndefined();
  },
);
