import type { Presentation } from './events/presentation.js';
import { presentations } from './events/registry.js';

const byKind = new Map<string, Presentation>(
  presentations.map((presentation) => [presentation.kind, presentation as unknown as Presentation]),
);

export function presentationOf(kind: string): Presentation | undefined {
  return byKind.get(kind);
}
