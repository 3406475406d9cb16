/** Compiles scopes to the tables of the kernel side, and puts them into force. For the tracer. */
export type { ScopeBits } from './compile/bits.js';
export {
  type CompiledScopes,
  type CompiledTable,
  type CompileScopesOptions,
  compileScopes,
} from './compile/compile.js';
export type { EngineTable } from './compile/engines.js';
export type { Segment } from './compile/segments.js';
export type { TextEntry } from './compile/texts.js';
export { createScopeWriter, type ScopeMaps, type ScopeWriter } from './compile/write.js';
export { kernelDecidesAll } from './events/predicate.js';
export { checkScope } from './grammar/check-scope.js';
