/** All that a trace takes besides its kernel side: read while that is loaded. */
export { beginTrace } from './begin-trace.js';
export { prepareTrace } from './prepare-trace.js';
export { traceScopes } from './scopes.js';
