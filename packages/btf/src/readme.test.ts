import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleObject } from '../test/sample-object.js';
import * as btf from './index.js';

test('the example of the README runs', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```ts\nimport \{([^}]*)\} from '@spoor\/btf';\n(.*?)```/s.exec(text);
  const folder = mkdtempSync(join(tmpdir(), 'spoor-readme-'));
  const file = join(folder, 'sample.o');
  try {
    writeFileSync(file, sampleObject());
    const run = new Function(
      'btf',
      'file',
      `const {${code?.[1]}} = btf;${code?.[2]}return { info, ProcInfo };`,
    );
    const { info, ProcInfo } = run(btf, file);
    expect(info).toEqual({ startTimeNs: 42n, origin: 1, comm: 'node' });
    expect(() => run({ ...btf, ctype: { ...btf.ctype, u64: btf.ctype.s64 } }, file)).toThrow(
      `${file}: proc_info.start_time_ns: expected s64 at offset 0, found u64 at offset 0`,
    );
    expect(ProcInfo.layout.size).toBe(32);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
