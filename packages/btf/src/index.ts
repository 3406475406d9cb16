export { errorCodes, SpoorError, type SpoorErrorCode, type SpoorErrorOptions } from './error.js';
