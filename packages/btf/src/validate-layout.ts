import { SpoorError } from '@spoor/core';
import type { Layout } from './layout.js';

/** The most bytes of a layout. Nested repetition would exhaust memory. */
const maxNodes = 65_536;
const maxSize = 2 ** 31 - 1;
const maxDepth = 64;

/**
 * Checks that a value is a layout. Use it for layouts from a file, because codecs compile code from
 * them.
 *
 * @throws {SpoorError} LAYOUT_INVALID with the place, when the value is not a layout
 *
 * @example
 * ```ts
 * const layout: unknown = JSON.parse(readFileSync('layout.json', 'utf8'));
 * assertValidLayout(layout);
 * const codec = compileCodec(layout);
 * ```
 */
export function assertValidLayout(value: unknown): asserts value is Layout {
  new Validator().check(value, 'layout', 0);
}

function refuse(path: string, problem: string): never {
  throw new SpoorError('LAYOUT_INVALID', `${path}: ${problem}`, { details: { path } });
}

class Validator {
  private nodes = 0;

  check(value: unknown, path: string, depth: number): Layout {
    if (++this.nodes > maxNodes) refuse(path, `a layout may have ${maxNodes} parts at most`);
    if (depth > maxDepth) refuse(path, `a layout may be nested ${maxDepth} deep at most`);
    if (typeof value !== 'object' || value === null) refuse(path, 'expected an object');
    const layout = value as Record<string, unknown>;
    const size = integer(layout['size'], `${path}.size`, maxSize);
    switch (layout['kind']) {
      case 'int':
        oneOf(size, [1, 2, 4, 8, 16], `${path}.size`);
        boolean(layout['signed'], `${path}.signed`);
        if (layout['values'] !== undefined) digits(layout['values'], `${path}.values`);
        break;
      case 'bits':
        bits(layout, path, size);
        break;
      case 'float':
        oneOf(size, [4, 8], `${path}.size`);
        break;
      case 'bool':
        oneOf(size, [1], `${path}.size`);
        break;
      case 'pointer':
        oneOf(size, [8], `${path}.size`);
        break;
      case 'enum':
        oneOf(size, [1, 2, 4], `${path}.size`);
        boolean(layout['signed'], `${path}.signed`);
        text(layout['name'], `${path}.name`);
        enumerators(layout['values'], `${path}.values`);
        break;
      case 'chars':
      case 'bytes':
        break;
      case 'array':
        this.array(layout, path, depth);
        break;
      case 'struct':
      case 'union':
        text(layout['name'], `${path}.name`);
        this.fields(layout['fields'], { path, size, depth });
        break;
      default:
        refuse(`${path}.kind`, `unknown kind ${JSON.stringify(layout['kind'])}`);
    }
    return value as Layout;
  }

  private array(layout: Record<string, unknown>, path: string, depth: number): void {
    const element = this.check(layout['element'], `${path}.element`, depth + 1);
    const length = integer(layout['length'], `${path}.length`, maxSize);
    if (length * element.size !== layout['size']) refuse(`${path}.size`, 'is not length × element size');
    // Else no bytes at all would decode to an array of any length.
    if (element.size === 0 && length > 1) refuse(`${path}.length`, 'elements of no size cannot be many');
  }

  private fields(value: unknown, owner: { path: string; size: number; depth: number }): void {
    if (!Array.isArray(value)) refuse(`${owner.path}.fields`, 'expected an array');
    value.forEach((field: unknown, index) => {
      const path = `${owner.path}.fields[${index}]`;
      if (typeof field !== 'object' || field === null) refuse(path, 'expected an object');
      const { name, offset, layout } = field as Record<string, unknown>;
      text(name, `${path}.name`);
      const start = integer(offset, `${path}.offset`, maxSize);
      const { size } = this.check(layout, `${path}.layout`, owner.depth + 1);
      if (start + size > owner.size)
        refuse(path, `ends at ${start + size}, past the struct's ${owner.size} bytes`);
    });
  }
}

function integer(value: unknown, path: string, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) {
    refuse(path, `expected an integer from 0 to ${most}`);
  }
  return value as number;
}

function oneOf(value: number, allowed: readonly number[], path: string): void {
  if (!allowed.includes(value)) refuse(path, `expected ${allowed.join(', ')}`);
}

function boolean(value: unknown, path: string): void {
  if (typeof value !== 'boolean') refuse(path, 'expected a boolean');
}

function text(value: unknown, path: string): void {
  if (typeof value !== 'string') refuse(path, 'expected a string');
}

function bits(layout: Record<string, unknown>, path: string, size: number): void {
  const shift = integer(layout['shift'], `${path}.shift`, 7);
  const count = integer(layout['bits'], `${path}.bits`, 64);
  if (count === 0 || size !== Math.ceil((shift + count) / 8))
    refuse(`${path}.size`, 'is not that of the bits');
  boolean(layout['signed'], `${path}.signed`);
  if (layout['bool'] !== undefined && layout['bool'] !== true) refuse(`${path}.bool`, 'expected true');
}

function digits(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) refuse(path, 'expected an object');
  if (!Object.values(value).every((one) => typeof one === 'string' && /^-?\d{1,20}$/.test(one)))
    refuse(path, 'expected decimal digits');
}

function enumerators(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) refuse(path, 'expected an object');
  if (!Object.values(value).every(Number.isInteger)) refuse(path, 'expected integers');
}
