import { idMark, nameMark } from '../facts.js';
import type { FilterValue, TextValue } from '../scope.js';
import type { FilterKind } from './kind.js';
import { textMatches, textOf, textValues } from './text-values.js';

/** Bytes of a name that the kernel keeps: CONTAINER_NAME_MAX of bpf/filters/facts.h. */
const maxName = 126;

const texts = textValues({
  maxWhole: maxName,
  maxEnd: maxName,
  why: ', the most that the kernel keeps of a name',
});

/**
 * Converts a value to texts of the fact. Hexadecimal digits alone are the beginning of an id, and a
 * whole name.
 */
function marked({ text, at }: TextValue): TextValue[] {
  if (at === 'end') return [{ text, at }];
  const byId = at === 'start' ? /^[0-9a-f]{0,64}$/ : /^[0-9a-f]{1,64}$/;
  return [
    ...(byId.test(text) ? [{ text: `${idMark}${text}`, at: 'start' as const }] : []),
    { text: `${nameMark}${text}`, at },
  ];
}

/**
 * The values of a filter as texts of the fact. Without values the filter asks for any container.
 */
function markedValues(values: readonly FilterValue[]): TextValue[] {
  const any = { text: '', at: 'start' } as const;
  return values.length === 0 ? marked(any) : values.flatMap((value) => marked(textOf(value)));
}

export const kind: FilterKind<'flag-or-text'> = {
  ...texts,
  read(written) {
    if (written.text === '' && !written.starAfter)
      written.fail('empty container id or name', 'Write container for any container, !container for none.');
    return texts.read(written);
  },
  shape: 'flag-or-text',
  expected: 'the beginning of an id, a name, NAME* or *NAME; alone for any container',
  engine: 'text',
  reads: 'container',
  summary:
    'in a container of docker, containerd, cri-o, podman, systemd-nspawn or LXC, by the names of its cgroups; for pid namespaces see pidns',
  examples: ['container', '!container', 'container=0a1b2c3d4e5f', 'container=web*', 'container!=build'],
  forEngine: (filter) => ({ ...filter, values: markedValues(filter.values) }),
  matches: ({ operator, values }, facts) =>
    textMatches({ operator, values: markedValues(values) }, facts.container),
};
