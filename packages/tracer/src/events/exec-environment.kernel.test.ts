import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { type TraceOptions, trace } from '../index.js';

/** For `act`: executes `true` with an environment. */
const before = `
__attribute__((unused)) static void run(char **environment)
{
	if (!must(fork())) {
		execve("/bin/true", (char *[]){ "true", NULL }, environment);
		exit(98);
	}
	must(wait(NULL));
}
`;

async function run(options: Partial<TraceOptions>, main: string, more = '') {
  const { lines } = await act({ kinds: ['exec'], options, before: before + more, main, everything: true });
  return lines.filter(({ data }) => (data['argv'] as string[])[0] === 'true');
}

const three = 'run((char *[]){ "SPOOR_A=one", "SPOOR_B=two", "OTHER=three", "SPOOR_A2=", NULL });';

describe.runIf(features.has('bpf_loop'))('the environment of an exec', () => {
  it('is not there by default', async () => {
    const [line] = await run({}, three);
    expect(line!.data).not.toHaveProperty('env');
    expect(line!.flags).not.toContain('user-memory');
  });

  it('has names without values, and values that were asked for', async () => {
    const [names] = await run({ env: ['SPOOR_*'] }, three);
    expect(names!.data).toMatchObject({ env: ['SPOOR_A', 'SPOOR_B', 'SPOOR_A2'] });
    expect(names!.flags).toContain('user-memory');
    const [both] = await run({ env: ['SPOOR_*'], envValues: ['SPOOR_A', 'OTH*'] }, three);
    expect(both!.data).toMatchObject({ env: ['SPOOR_A=one', 'SPOOR_B', 'OTHER=three', 'SPOOR_A2'] });
    const [all] = await run({ env: ['*'] }, three);
    expect(all!.data).toMatchObject({ env: ['SPOOR_A', 'SPOOR_B', 'OTHER', 'SPOOR_A2'] });
    const [none] = await run({ env: ['SPOOR', 'OTHE'], envValues: ['SPOOR_'] }, three);
    expect(none!.data).not.toHaveProperty('env');
  });

  it('takes sixteen names, of 31 bytes, and no longer names of the process', async () => {
    const long = 'N'.repeat(31);
    const names = [long, ...Array.from({ length: 15 }, (_, index) => `SPOOR_${index}`)];
    const [line] = await run(
      { env: names },
      `run((char *[]){ "${long}=1", "${long}N=2", "SPOOR_14=3", "SPOOR_1=4", "SPOOR_140=5", NULL });`,
    );
    expect(line!.data).toMatchObject({ env: [long, 'SPOOR_14', 'SPOOR_1'] });
  });

  it('has what is odd: empty strings, strings without a value, the same name twice, wrong bytes', async () => {
    const [line, empty] = await run(
      { envValues: ['*'] },
      `run((char *[]){ "", "SPOOR", "=1", "SPOOR_A=\\xff\\n", "", "SPOOR_A=2", "SPOOR_B==", NULL });
       run((char *[]){ NULL });`,
    );
    expect(line!.data).toMatchObject({
      env: ['SPOOR_A=\ufffd\n', 'SPOOR_A=2', 'SPOOR_B=='],
      envRaw: ['SPOOR_A=\xff\n', 'SPOOR_A=2', 'SPOOR_B=='].map((text) =>
        Buffer.from(text, 'latin1').toString('hex'),
      ),
    });
    expect(empty!.data).not.toHaveProperty('env');
  });

  it('has at most 4,096 bytes, and says what it lacks', async () => {
    const lines = await run(
      { envValues: ['LONG*'], env: ['AFTER'] },
      `static char medium[3000] = "LONG_M=", large[9000] = "LONG_L=", huge[4103] = "LONG_H=";
       memset(medium + 7, 'm', sizeof(medium) - 8);
       memset(large + 7, 'A', sizeof(large) - 8);
       memset(huge + 7, 'h', sizeof(huge) - 8);
       run((char *[]){ medium, medium, "AFTER=1", NULL });
       run((char *[]){ large, "AFTER=1", NULL });
       run((char *[]){ huge, "AFTER=1", NULL });`,
    );
    const medium = `LONG_M=${'m'.repeat(2992)}`;
    const kept = 4095 - 'LONG_L='.length;
    expect(lines.map(({ data }) => [data['env'], data['envTruncated']])).toEqual([
      [[medium, 'AFTER'], true],
      [[`LONG_L=${'A'.repeat(kept)}`], true],
      [[`LONG_H=${'h'.repeat(kept)}`], true],
    ]);
  });

  it('finds what is behind a long value that nobody asked for', async () => {
    const [line] = await run(
      { env: ['AFTER', 'LONG'] },
      `static char large[90000] = "LONG=", other[5000] = "OTHER=";
       memset(large + 5, 'A', sizeof(large) - 6);
       memset(other + 6, '=', sizeof(other) - 7);
       run((char *[]){ other, large, "AFTER=1", NULL });`,
    );
    expect(line!.data).toMatchObject({ env: ['LONG', 'AFTER'] });
    expect(line!.data).not.toHaveProperty('envTruncated');
  });

  it('is found behind many strings', async () => {
    const [line] = await run(
      { env: ['LAST'] },
      `static char *many[30002], text[30000][8];
       for (int i = 0; i < 30000; i++) { sprintf(text[i], "v%d", i); many[i] = text[i]; }
       many[30000] = "LAST=1";
       run(many);`,
    );
    expect(line!.data).toMatchObject({ env: ['LAST'] });
  });
});

it.each([
  [{ env: ['A=B'] }, 'env'],
  [{ env: [''] }, 'env'],
  [{ envValues: ['*A'] }, 'envValues'],
  [{ envValues: ['N'.repeat(32)] }, 'envValues'],
  [{ env: ['A\0'] }, 'env'],
])('%j is rejected', async (options, name) => {
  await expect(trace({ ...options, command: ['/bin/true'] })).rejects.toMatchObject({
    code: 'INVALID_VALUE',
    message: expect.stringContaining(name),
  });
});

it('more than sixteen names are rejected', async () => {
  const env = Array.from({ length: 17 }, (_, index) => `N${index}`);
  await expect(trace({ env, command: ['/bin/true'] })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
});
