import { camelCase } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { bundle } from './bundle.js';
import type { PlannedEvent } from './define.js';
import type { BuiltEvent } from './module-text.js';

/** The parts of a declared field that name fields of the record. */
interface DeclaredField {
  readonly form: { readonly type: string };
  readonly from?: string;
  readonly when?: readonly { readonly field: string }[];
}

/** Throws if a declaration names a field that the record does not have. */
export function checkFields(
  { name, header, declaration, exported, layout }: BuiltEvent,
  declared: unknown,
): void {
  const { data } = (declared ?? {}) as { readonly data?: Readonly<Record<string, DeclaredField>> };
  if (typeof data !== 'object' || data === null) {
    throw invalid(declaration, `${exported} has no fields`, {
      remedy: `Write: export const ${exported} = declareEvent({ summary, data }), from @spoor/bpf/declare.`,
    });
  }
  if (layout.fields[0]?.name !== 'header') {
    throw invalid(header, `struct ${name}_event does not begin with header`, {
      remedy: `Write: struct ${name}_event { struct event_header header; … };`,
    });
  }
  const own = layout.fields.map((field) => camelCase(field.name)).filter((field) => field !== 'header');
  const known = new Set(own);
  for (const [key, field] of Object.entries(data)) {
    if (typeof field?.form?.type !== 'string') {
      throw invalid(declaration, `the field ${key} of ${exported} is not made by a function`, {
        remedy: `Write, for example: ${key}: u32('What it is.'), from @spoor/bpf/declare.`,
      });
    }
    const isMadeUp = field.form.type === 'custom' && field.from === undefined;
    const names = [...(isMadeUp ? [] : [field.from ?? key]), ...(field.when ?? []).map((test) => test.field)];
    const missing = names.find((wanted) => !known.has(wanted));
    if (missing === undefined) continue;
    const shown = missing === key ? `the field ${key}` : `the field ${key} is made from ${missing}, which`;
    throw invalid(declaration, `${shown} is not in struct ${name}_event of ${header}`, {
      remedy: `The struct has: ${own.join(', ')}. Name one of these, or give one with from.`,
      details: { field: missing, fields: own },
    });
  }
}

/**
 * Imports a declaration, with all that it imports in turn.
 *
 * @throws {SpoorError} EXTENSION_INVALID if it cannot be imported
 */
export async function importDeclaration(event: PlannedEvent): Promise<unknown> {
  const { declaration, exported } = event;
  const text = `export { ${exported} } from ${JSON.stringify(event.declaration)};`;
  const code = await bundle(text, [event], { isExternal: false });
  try {
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    return ((await import(url)) as Readonly<Record<string, unknown>>)[exported];
  } catch (cause) {
    throw invalid(declaration, `it cannot be imported: ${(cause as Error).message}`, { cause });
  }
}

interface Reason {
  readonly remedy?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

const invalid = (file: string, reason: string, { remedy, details, cause }: Reason) =>
  new SpoorError('EXTENSION_INVALID', `${file}: ${reason}`, {
    remedy: remedy ?? 'A declaration contains constants. It needs no files and no environment.',
    details: { file, ...details },
    cause,
  });
