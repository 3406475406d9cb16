import { SpoorError } from '@spoor/core';
import { describeLayout, type Field, type Layout } from './layout.js';

/** The first difference of two layouts. */
export interface LayoutDifference {
  /** C names: `proc_info.id.start_time_ns`; enumerators as `origin::ORIGIN_FORK`. */
  readonly path: string;
  /** Undefined on the side that has no such field. */
  readonly expected: LayoutPlace | undefined;
  readonly actual: LayoutPlace | undefined;
}

/** One side of a difference. */
export interface LayoutPlace {
  /** In the words of C, or `= 3` for an enumerator. */
  readonly type: string;
  /** Bytes from the start of the outermost layout. */
  readonly offset: number;
}

/**
 * Returns the first difference that makes bytes of one layout unreadable by the other, or undefined
 * if the layouts match. Names of structs and enums may differ; names of fields and enumerators may
 * not.
 *
 * @example
 * ```ts
 * const difference = compareLayouts(ProcInfo.layout, layoutOf(object.btf, 'struct proc_info'));
 * if (difference !== undefined) console.log(`${difference.path} differs`);
 * ```
 */
export function compareLayouts(expected: Layout, actual: Layout): LayoutDifference | undefined {
  const name = 'name' in expected && expected.name !== '' ? expected.name : describeLayout(expected);
  return compare(expected, actual, { path: name, expectedAt: 0, actualAt: 0 });
}

/** Options of `assertLayout`. */
export interface AssertLayoutOptions {
  /** Path of the file that `actual` was read from. */
  readonly file?: string;
  readonly remedy?: string;
}

/**
 * Checks that two layouts match.
 *
 * @throws {SpoorError} LAYOUT_MISMATCH with the first field that differs, both types and both
 *   offsets
 *
 * @example
 * ```ts
 * assertLayout(ProcInfo.layout, layoutOf(object.btf, 'struct proc_info'), { file: 'trace.bpf.o' });
 * ```
 */
export function assertLayout(expected: Layout, actual: Layout, options: AssertLayoutOptions = {}): void {
  const difference = compareLayouts(expected, actual);
  if (difference === undefined) return;
  const where = options.file === undefined ? '' : `${options.file}: `;
  const message = `${where}${difference.path}: expected ${place(difference.expected)}, found ${place(difference.actual)}`;
  throw new SpoorError('LAYOUT_MISMATCH', message, {
    remedy: options.remedy ?? 'Generate the types again from the object that is loaded.',
    details: { ...difference },
  });
}

const place = (at: LayoutPlace | undefined): string =>
  at === undefined ? 'no such field' : `${at.type} at offset ${at.offset}`;

interface Context {
  readonly path: string;
  readonly expectedAt: number;
  readonly actualAt: number;
}

function compare(expected: Layout, actual: Layout, context: Context): LayoutDifference | undefined {
  if (expected.kind === 'array' && actual.kind === 'array') {
    if (expected.length !== actual.length) return different(expected, actual, context);
    return compare(expected.element, actual.element, { ...context, path: `${context.path}[]` });
  }
  if (expected.kind === 'enum' && actual.kind === 'enum') {
    if (expected.size !== actual.size || expected.signed !== actual.signed)
      return differentSize(expected, actual, context);
    return compareEnumerators(expected.values, actual.values, context);
  }
  if (
    (expected.kind === 'struct' && actual.kind === 'struct') ||
    (expected.kind === 'union' && actual.kind === 'union')
  ) {
    const inFields = compareFields(expected.fields, actual.fields, context);
    return inFields ?? (expected.size === actual.size ? undefined : differentSize(expected, actual, context));
  }
  const signs = 'signed' in expected && 'signed' in actual && expected.signed !== actual.signed;
  return expected.kind !== actual.kind || expected.size !== actual.size || signs
    ? different(expected, actual, context)
    : undefined;
}

/** Describes a difference only if there is one, because nearly all compared fields are equal. */
const different = (expected: Layout, actual: Layout, context: Context): LayoutDifference =>
  differ(context, describeLayout(expected), describeLayout(actual));

function differ(context: Context, expected: string, actual: string): LayoutDifference {
  return {
    path: context.path,
    expected: { type: expected, offset: context.expectedAt },
    actual: { type: actual, offset: context.actualAt },
  };
}

const differentSize = (expected: Layout, actual: Layout, context: Context): LayoutDifference =>
  differ(context, sized(expected), sized(actual));

const sized = (layout: Layout): string => {
  const sign = 'signed' in layout && layout.signed ? ', signed' : '';
  return `${describeLayout(layout)} of ${layout.size} bytes${sign}`;
};

function compareFields(
  expected: readonly Field[],
  actual: readonly Field[],
  context: Context,
): LayoutDifference | undefined {
  const others = new Map(actual.map((field) => [field.name, field]));
  for (const field of expected) {
    const path = `${context.path}.${field.name}`;
    const expectedAt = context.expectedAt + field.offset;
    const other = others.get(field.name);
    others.delete(field.name);
    if (other === undefined) {
      return {
        path,
        expected: { type: describeLayout(field.layout), offset: expectedAt },
        actual: undefined,
      };
    }
    const inside: Context = { path, expectedAt, actualAt: context.actualAt + other.offset };
    if (field.offset !== other.offset) {
      return differ(inside, describeLayout(field.layout), describeLayout(other.layout));
    }
    const deeper = compare(field.layout, other.layout, inside);
    if (deeper !== undefined) return deeper;
  }
  for (const [name, field] of others) {
    const offset = context.actualAt + field.offset;
    return {
      path: `${context.path}.${name}`,
      expected: undefined,
      actual: { type: describeLayout(field.layout), offset },
    };
  }
  return undefined;
}

function compareEnumerators(
  expected: Readonly<Record<string, number>>,
  actual: Readonly<Record<string, number>>,
  context: Context,
): LayoutDifference | undefined {
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const [wanted, found] = [expected, actual].map((values) =>
      Object.hasOwn(values, name) ? values[name] : undefined,
    );
    if (wanted === found) continue;
    return {
      path: `${context.path}::${name}`,
      expected: wanted === undefined ? undefined : { type: `= ${wanted}`, offset: context.expectedAt },
      actual: found === undefined ? undefined : { type: `= ${found}`, offset: context.actualAt },
    };
  }
  return undefined;
}
