import type { KernelDefinition } from '@spoor/bpf';
import { declarationOf, type PathRule } from '@spoor/bpf/events';

/** How a field that holds the path of a file is compared. */
export type PathField = PathRule;

/** Returns the rule of a path field; `undefined` if the field is not a path. */
export function pathFieldOf(event: string, field: string, kernel?: KernelDefinition): PathField | undefined {
  const data = declarationOf(event, kernel)?.data ?? {};
  const form = Object.hasOwn(data, field) ? data[field]!.form : undefined;
  if (form?.type === 'text') return form.path;
  // JSON shows the path of a unix socket as its address.
  for (const { form: other } of Object.values(data))
    if (other.type === 'address' && other.path?.field === field) return other.path.rule;
  return undefined;
}
