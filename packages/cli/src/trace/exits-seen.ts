import type { KernelOptions, Scope } from '@spoor/filter';

/**
 * Returns true if each process that is shown is shown until it exits. A scope that does not follow
 * loses a process once the process no longer matches. A scope with conditions has only the events
 * that it names.
 */
export async function seesExits(
  scopes: readonly (string | Scope)[],
  options: KernelOptions = {},
): Promise<boolean> {
  if (scopes.length === 0) return true;
  const { parseScopes } = await import('@spoor/filter');
  const texts = scopes.filter((scope) => typeof scope === 'string');
  const ready = scopes.filter((scope) => typeof scope !== 'string');
  return [...parseScopes(texts, options), ...ready].every(keepsProcesses);
}

function keepsProcesses({ filters, follows, events }: Scope): boolean {
  const isTree = filters.length === 1 && filters[0]?.kind === 'tree' && filters[0].operator === '=';
  return (follows || isTree || filters.length === 0) && events.length === 0;
}
