import type { Attachment, Site } from './attachment.js';
import { checkTarget, type Fields, shownFields } from './fields.js';

/** A kind of hook: the targets that it has, and how a program is attached to one. */
export interface AttachKind {
  /** The target as TypeScript would declare it. */
  readonly wants: string;
  /** The sections that name their target; undefined if no section can. */
  readonly named: RegExp | undefined;
  /** @throws {SpoorError} INVALID_VALUE if the target is not one of this kind */
  attach(site: Site, target: unknown): Attachment;
}

export function attachKind<T extends object>(
  fields: Fields<T>,
  attach: (site: Site, target: T) => Attachment,
  named?: RegExp,
): AttachKind {
  return {
    wants: shownFields(fields),
    named,
    attach(site, target) {
      checkTarget<T>(`${site.name} (${site.section})`, fields, target);
      return attach(site, target);
    },
  };
}
