import { describe, expect, it } from 'vitest';
import { mostJsonBytes, parseJson } from './json.js';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('JSON of a recording', () => {
  it('is what JSON.parse makes of it', () => {
    const value = { a: [1, 'x\\"[{,', null, true, {}], 'b,c': { 'd"': -1.5e3 } };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });

  it('has names that are only data', () => {
    const value = parse('{"__proto__":{"a":1},"constructor":{"prototype":2}}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(value['toString']).toBeUndefined();
    expect(Object.getPrototypeOf(Object.values(value)[0])).toBeNull();
  });

  it.each([
    ['text that is not JSON', '{"a":'],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['nothing', ''],
    ['arrays without end', '['.repeat(100_000)],
    ['objects without end', '{"a":'.repeat(100_000)],
    ['more elements than a header has', `[${'0,'.repeat(100_000)}0]`],
    ['more members than a header has', `{${'"a":0,'.repeat(100_000)}"b":0}`],
    ['more empty objects than a header has', `[${'[],'.repeat(100_000)}0]`],
    ['more bytes than a header has', `"${'x'.repeat(mostJsonBytes)}"`],
  ])('is refused: %s', (_, text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(TypeError);
  });
});
