import { compileCodec } from '@spoor/btf';
import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import { typedMap } from '../../src/index.js';
import { mapSpecs } from '../map-specs.js';
import { type ConformanceSubject, sorted, u32 } from './subject.js';

interface Prefix {
  readonly prefixlen: number;
  readonly data: Uint8Array;
}
const prefix = compileCodec<Prefix>({
  kind: 'struct',
  name: 'conformance_prefix',
  size: 8,
  fields: [
    { name: 'prefixlen', offset: 0, layout: u32 },
    { name: 'data', offset: 4, layout: { kind: 'bytes', size: 4 } },
  ],
});

export function tries(subject: ConformanceSubject): void {
  const make = () => typedMap(subject.make('lpm_trie'), { key: prefix, value: u32 });
  const p = (text: string): Prefix => {
    const [address, length = '32'] = text.split('/');
    return { prefixlen: Number(length), data: Uint8Array.from(address!.split('.').map(Number)) };
  };
  const text = ({ prefixlen, data }: Prefix): string => `${data.join('.')}/${prefixlen}`;
  const nets = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '192.168.0.0/16'];

  describe('lpm_trie', () => {
    const filled = () => {
      const map = make();
      nets.forEach((net, index) => {
        map.set(p(net), index);
      });
      return map;
    };

    it('finds the longest prefix', () => {
      const map = filled();
      const found = ['10.1.2.3', '10.1.9.9', '10.9.9.9', '8.8.8.8', '192.168.1.1'].map((it) =>
        map.get(p(it)),
      );
      expect(found).toEqual([3, 2, 1, 0, 4]);
      expect(map.delete(p('0.0.0.0/0'))).toBe(true);
      expect(map.get(p('8.8.8.8'))).toBeUndefined();
    });

    it('deletes the exact prefix only', () => {
      const map = filled();
      expect(map.delete(p('10.1.2.3'))).toBe(false);
      expect(map.delete(p('10.1.0.0/17'))).toBe(false);
      expect(map.delete(p('10.1.0.0/16'))).toBe(true);
      expect(map.get(p('10.1.9.9'))).toBe(1);
    });

    it('walks every prefix once, also while they are deleted', () => {
      const map = filled();
      expect(sorted([...map.keys()].map(text))).toEqual(sorted(nets));
      const visited: string[] = [];
      for (const [net] of map) {
        visited.push(text(net));
        map.delete(net);
      }
      expect(sorted(visited)).toEqual(sorted(nets));
      expect(map.count()).toBe(0);
    });

    it('walks in one order', () => {
      expect([...filled().keys()].map(text)).toEqual([
        '10.1.2.0/24',
        '10.1.0.0/16',
        '10.0.0.0/8',
        '192.168.0.0/16',
        '0.0.0.0/0',
      ]);
    });

    it('refuses a prefix that has no room', () => {
      const map = make();
      for (let index = 0; index < mapSpecs.lpm_trie.maxEntries; index++) map.set(p(`1.2.3.${index}`), index);
      expect(errorOf(() => map.set(p('9.9.9.9'), 1))).toMatchObject({ code: 'MAP_FULL', errno: 28 });
    });
  });
}
