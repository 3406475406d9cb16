import type { Layout } from '../src/layout.js';
import { layoutOf } from '../src/layout-of.js';
import { parseBtf } from '../src/parse-btf.js';
import { assertValidLayout } from '../src/validate-layout.js';
import { BtfBuilder } from './btf-builder.js';

/** Returns the layout of the type that `add` adds to new BTF. It is valid, also as JSON. */
export function builtLayout(add: (builder: BtfBuilder) => number): Layout {
  const builder = new BtfBuilder();
  const id = add(builder);
  const built = layoutOf(parseBtf(builder.build(), { file: 'x.o' }), id);
  assertValidLayout(JSON.parse(JSON.stringify(built)));
  return built;
}
