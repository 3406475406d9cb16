/**
 * The words that events are declared with: for extensions, as the declarations of this package
 * have them. The entry `@spoor/bpf/declare`.
 */
export {
  type DataField,
  type DataFields,
  declareEvent,
  type EventDeclaration,
  type FieldOptions,
  field,
  type PathRule,
  type Test,
} from './events/field.js';
export {
  chars,
  device,
  endpoint,
  entry,
  error,
  failed,
  file,
  flags,
  followed,
  givenName,
  hexNumber,
  integer,
  isNotZero,
  list,
  mode,
  named,
  namedFile,
  newName,
  result,
  signal,
  start,
  succeeded,
  text,
  u32,
  u64,
  within,
} from './events/fields.js';
export { type BitNames, bitNames, bitsNames } from './names/bits.js';
export { listedNames, type Names, namesOf, numbersTo, octalNumbers } from './names/names.js';
