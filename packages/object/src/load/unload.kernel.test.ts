import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildPackages } from '../../test/build.js';
import { compileFixture } from '../../test/compile.js';
import { basicForKernel, kernelSince } from '../../test/kernel.js';

const holder = fileURLToPath(new URL('../../test/fixtures/holder.mjs', import.meta.url));
const basic = basicForKernel();
beforeAll(buildPackages);

interface Phase {
  readonly phase: string;
  readonly programs?: readonly number[];
}

interface Holder {
  readonly child: ChildProcess;
  /** The first eight characters become part of the names of its maps. */
  readonly name: string;
  readonly errors: () => string;
}

let holders = 0;

function startHolder(last = ''): Holder {
  const name = `k${(process.pid % 100_000).toString(36)}${(holders++).toString(36)}x`;
  const child = spawn(process.execPath, [holder, basic, name, last], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { child, name, errors: () => errors };
}

async function reach({ child, errors }: Holder, wanted: string): Promise<Phase> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const said = JSON.parse(line) as Phase;
    if (said.phase === wanted) return said;
  }
  throw new Error(`it ended before it was ${wanted}: ${errors()}`);
}

async function kill({ child }: Holder): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await gone;
}

interface Shown {
  readonly id: number;
  readonly name?: string;
  readonly prog_id?: number;
  readonly map_ids?: readonly number[];
}

function shown(kind: 'prog' | 'map' | 'link'): readonly Shown[] {
  return JSON.parse(execFileSync('bpftool', ['-j', kind, 'show'], { encoding: 'utf8' }) || '[]') as Shown[];
}

/** The maps of its variables, which carry the object's name. */
function mapsOf({ name: object }: Holder): readonly Shown[] {
  return shown('map').filter(({ name }) => name?.startsWith(`${object.slice(0, 8)}.`));
}

/**
 * Freeing waits for a grace period of the kernel's: what is asked for comes true soon, or never.
 */
async function soon(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (condition()) return true;
    await sleep(50);
  }
  return false;
}

describe('killed by SIGKILL, a process leaves nothing in the kernel', () => {
  test.each(['loaded', 'attached'])('when it is %s', async (phase) => {
    const held = startHolder(phase);
    const { programs = [] } = await reach(held, phase);
    const before = shown('prog').filter(({ id }) => programs.includes(id));
    const maps = new Set(before.flatMap(({ map_ids }) => map_ids ?? []));
    expect(before.length).toBeGreaterThan(2);
    expect(before).toHaveLength(programs.length);
    expect(maps.size).toBeGreaterThan(3);
    expect(mapsOf(held)).not.toEqual([]);
    const links = () =>
      shown('link').filter(({ prog_id }) => prog_id !== undefined && programs.includes(prog_id));
    expect(links().length > 0).toBe(phase === 'attached');
    await kill(held);
    expect(await soon(() => !shown('prog').some(({ id }) => programs.includes(id)))).toBe(true);
    expect(await soon(() => !shown('map').some(({ id }) => maps.has(id)))).toBe(true);
    expect(links()).toEqual([]);
    expect(held.errors()).toBe('');
  });

  test('at any moment of its load', async () => {
    for (let delay = 0; delay <= 50; delay += 5) {
      const held = startHolder();
      await reach(held, 'started');
      await sleep(delay);
      await kill(held);
      expect(await soon(() => mapsOf(held).length === 0), `killed ${delay} ms after the start`).toBe(true);
    }
  });
});

test('disposing leaves nothing either, though the process goes on', async () => {
  const { openObject } = await import('../index.js');
  const loaded = openObject(basic).load();
  const ids = [...loaded.programs.values()].map((program) => program.info().id);
  loaded.attach();
  loaded.program('each_task').iterate();
  expect(shown('prog').filter(({ id }) => ids.includes(id))).toHaveLength(ids.length);
  loaded.close();
  expect(await soon(() => !shown('prog').some(({ id }) => ids.includes(id)))).toBe(true);
});

test.runIf(kernelSince('6.4'))('a struct_ops map is detached when its process is killed', async () => {
  const code = `import { openObject } from '@spoor/object';
    openObject(process.argv[1]).load().attach();
    console.log('attached');
    setInterval(() => undefined, 1000);`;
  const object = compileFixture('congestion');
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, object], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const isThere = () =>
    readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').includes('spoor_test');
  await once(child.stdout, 'data');
  expect(isThere()).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await soon(() => !isThere())).toBe(true);
});

test('a load that fails leaves nothing, and says nothing on standard error', async () => {
  const name = `f${(process.pid % 100_000).toString(36)}`;
  const code = `import { openObject } from '@spoor/object';
    try { openObject(process.argv[1], { name: '${name}' }).load(); } catch (error) { console.log(error.code); }
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, compileFixture('rejected')], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('VERIFIER_REJECTED\n');
  expect(await soon(() => !shown('map').some((map) => map.name?.startsWith(name)))).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(errors).toBe('');
});
