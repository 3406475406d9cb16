/**
 * Errors and their codes, errno names, map types and escaping, for all packages. This package
 * imports none of ours.
 */
export { errno, errnoName, knownErrnoName } from './errno.js';
export {
  type ErrorCode,
  errorCodes,
  SpoorError,
  type SpoorErrorCode,
  type SpoorErrorOptions,
} from './error.js';
export { escapeText } from './escape.js';
export { groupBy } from './group-by.js';
export { type MapType, type MapTypeName, mapTypeOf, mapTypes } from './map-types.js';
export { nearest } from './nearest.js';
export {
  type Check,
  type Checks,
  checkedCopy,
  isArrayOf,
  isNumber,
  isObject,
  isString,
} from './option-checks.js';
export { positive } from './positive.js';
export type { BatchRequest, BatchResult, RawMap } from './raw-map.js';
export { readRegularFile } from './regular-file.js';
export { typeName } from './type-name.js';
