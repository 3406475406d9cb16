import { nearest } from '@spoor/core';
import type { TLocalizedValidationError } from 'typebox/error';
import { quoted } from '../grammar/syntax-error.js';
import { policyWords } from './schema.js';

/** A problem in a policy file, and its place. */
export interface PolicyProblem {
  /** JSON pointer: `/scopes/0/filters/1/operator`. */
  readonly path: string;
  readonly problem: string;
  readonly remedy?: string;
}

const depth = (path: string) => path.split('/').length;

/**
 * The problem that says most. Of a value that may be this or that, the validator complains for
 * each: those that got deepest meant the form that the writer had in mind.
 */
export function firstProblem(errors: readonly TLocalizedValidationError[]): PolicyProblem {
  // `schema is false` says again, for the property itself, that it is not known.
  const telling = errors.filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'anyOf');
  const deepest = Math.max(...telling.map(({ instancePath }) => depth(instancePath)));
  const [first, ...more] = telling.filter(({ instancePath }) => depth(instancePath) === deepest);
  if (first === undefined) return { path: '', problem: 'not a policy' };
  const types = [first, ...more].filter(
    ({ keyword, instancePath }) => keyword === 'type' && instancePath === first.instancePath,
  );
  if (first.keyword === 'type' && types.length > 1) {
    const expected = types.map((error) => String((error.params as { type?: unknown }).type));
    return { path: first.instancePath, problem: `must be ${[...new Set(expected)].join(' or ')}` };
  }
  return readable(first);
}

function readable(error: TLocalizedValidationError): PolicyProblem {
  const { instancePath: path, message } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const [name = ''] = error.params.additionalProperties;
      const guess = nearest(name, policyWords);
      const problem = `unknown property ${quoted(name)}`;
      return guess === undefined ? { path, problem } : { path, problem, remedy: `Did you mean ${guess}?` };
    }
    case 'enum':
      return { path, problem: `must be one of ${error.params.allowedValues.join(', ')}` };
    case 'required':
      return { path, problem: `missing ${error.params.requiredProperties.map(quoted).join(', ')}` };
    default:
      return { path, problem: message };
  }
}
