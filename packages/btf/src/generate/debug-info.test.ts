import { expect, test } from 'vitest';
import { BtfBuilder } from '../../test/btf-builder.js';
import { buildElf } from '../../test/elf-builder.js';
import { sampleObject } from '../../test/sample-object.js';
import { parseObject } from '../parse-object.js';
import { withoutDebugInfo } from './debug-info.js';

test('sections of debuggers are emptied, and all else stays', () => {
  const bytes = buildElf(
    [
      { name: '.debug_info', data: new Uint8Array(5000).fill(1) },
      { name: '.text', data: new Uint8Array(16).fill(2), executable: true },
      { name: '.rel.debug_info', data: new Uint8Array(300).fill(3) },
      { name: '.BTF', data: new BtfBuilder().build() },
      { name: '.debugger', data: new Uint8Array(7).fill(4) },
    ],
    [{ name: 'run', section: '.text', type: 'function', value: 8, size: 8 }],
  );
  const smaller = withoutDebugInfo(bytes);
  expect(bytes.length - smaller.length).toBeGreaterThan(5200);
  const before = parseObject(bytes);
  const after = parseObject(smaller);
  const contentOf = ({ sections }: typeof before) =>
    sections.map(({ name, data }) => [name, /\.debug_/.test(name) ? 0 : [...data]]);
  expect(contentOf(after)).toEqual(contentOf(before));
  expect(after.sections.map(({ name, data }) => [name, data.length])).toContainEqual(['.debug_info', 0]);
  expect(withoutDebugInfo(smaller)).toEqual(smaller);
});

test('an object without such sections keeps its programs and variables', () => {
  const { programs, variables } = parseObject(withoutDebugInfo(sampleObject()));
  expect({ programs, variables }).toEqual({
    programs: parseObject(sampleObject()).programs,
    variables: parseObject(sampleObject()).variables,
  });
});
