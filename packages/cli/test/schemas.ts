import { eventSchemas } from '@spoor/event/schemas';
import { Compile } from 'typebox/schema';
import type { Line } from './spoor.js';

const validators = new Map<string, ReturnType<typeof Compile>>();

/** Returns the differences between these lines and their JSON Schemas. */
export function problemsOf(lines: readonly Line[]): unknown[] {
  return lines.flatMap((line): unknown[] => {
    const schema = (eventSchemas as Readonly<Record<string, object>>)[line.event];
    if (schema === undefined) return [`no schema for ${line.event}`];
    const validator = validators.get(line.event) ?? Compile(schema);
    validators.set(line.event, validator);
    const [valid, errors] = validator.Errors(line);
    return valid ? [] : [{ line, errors }];
  });
}
