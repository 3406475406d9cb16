export type { Btf } from './btf.js';
export type {
  BtfArray,
  BtfDatasec,
  BtfDeclTag,
  BtfEnum,
  BtfFunction,
  BtfFunctionProto,
  BtfInt,
  BtfKind,
  BtfLinkage,
  BtfMember,
  BtfStruct,
  BtfType,
  BtfVariable,
} from './btf-types.js';
export { type CamelCase, camelCase } from './camel-case.js';
export { type Codec, type CompileOptions, compileCodec } from './codec.js';
export {
  type AssertLayoutOptions,
  assertLayout,
  compareLayouts,
  type LayoutDifference,
  type LayoutPlace,
} from './compare-layouts.js';
export type { ElfSection } from './elf.js';
export { fieldNames } from './field-names.js';
export type {
  GeneratedObject,
  KeyedMap,
  PerCpuMap,
  QueueMap,
  ReadOf,
  RecordOf,
  RingMap,
  TaggedRingMap,
  UntypedMap,
  VariableOf,
  WrittenOf,
} from './generated-object.js';
export { kernelBtfPath, readKernelBtf } from './kernel-btf.js';
export {
  type ArrayLayout,
  type BitsLayout,
  type BoolLayout,
  type BytesLayout,
  type CharsLayout,
  describeLayout,
  type EnumLayout,
  type Field,
  type FloatLayout,
  type IntLayout,
  type Layout,
  type LayoutOf,
  type PointerLayout,
  type StructLayout,
  type UnionLayout,
} from './layout.js';
export { layoutOf } from './layout-of.js';
export { mapsOf, type ObjectMap } from './map-definitions.js';
export { type ParseOptions, parseBtf } from './parse-btf.js';
export {
  type ObjectFile,
  type ObjectProgram,
  type ObjectVariable,
  parseObject,
  readObject,
} from './parse-object.js';
export { reduceBtf } from './reduce-btf.js';
export { type RelocationTypes, relocationTypes } from './relocation-types.js';
export { ctype, type Fields, type LayoutSchema, type StructSchema, schemaOf } from './schema.js';
export { assertValidLayout } from './validate-layout.js';
export { type NamedVariable, namedVariables } from './variable-names.js';
export { WordView } from './word-view.js';
