/** The place of a hook that a section names. */
export type HookPlace =
  | { readonly kind: 'tracepoint'; readonly category: string; readonly name: string }
  | { readonly kind: 'raw tracepoint'; readonly name: string }
  | { readonly kind: 'kprobe'; readonly function: string }
  | { readonly kind: 'kprobe.multi'; readonly functions: string }
  | { readonly kind: 'ksyscall'; readonly syscall: string }
  | { readonly kind: 'uprobe'; readonly file: string; readonly symbol: string | undefined }
  | { readonly kind: 'usdt'; readonly file: string; readonly provider: string; readonly name: string };

/** One rule per kind of section. The groups are the parts of the place. */
const kinds: readonly (readonly [pattern: RegExp, place: (parts: readonly string[]) => HookPlace])[] = [
  [
    /^(?:tp|tracepoint)\/([^/]+)\/([^/]+)$/,
    ([, category = '', name = '']) => ({ kind: 'tracepoint', category, name }),
  ],
  [/^(?:raw_tp|raw_tracepoint)(?:\.w)?\/(.+)$/, ([, name = '']) => ({ kind: 'raw tracepoint', name })],
  [/^k(?:ret)?probe\/([\w.]+)(?:\+\w+)?$/, ([, name = '']) => ({ kind: 'kprobe', function: name })],
  [/^k(?:ret)?probe\.multi\/(.+)$/, ([, functions = '']) => ({ kind: 'kprobe.multi', functions })],
  [/^k(?:ret)?syscall\/(.+)$/, ([, syscall = '']) => ({ kind: 'ksyscall', syscall })],
  [
    /^u(?:ret)?probe(?:\.multi)?(?:\.s)?\/(.+):([^:]+)$/,
    ([, file = '', symbol = '']) => ({ kind: 'uprobe', file, symbol: functionName(symbol) }),
  ],
  [
    /^usdt(?:\.s)?\/([^:]+):([^:]+):([^:]+)$/,
    ([, file = '', provider = '', name = '']) => ({ kind: 'usdt', file, provider, name }),
  ],
];

/** Returns the place that a section names; undefined if it names none, or one of another kind. */
export function placeOf(section: string): HookPlace | undefined {
  for (const [pattern, place] of kinds) {
    const parts = pattern.exec(section);
    if (parts !== null) return place(parts);
  }
  return undefined;
}

/**
 * A symbol may have a version and an offset: `malloc@GLIBC_2.2.5+4`. A number is an offset, and a
 * pattern stands for several functions: neither names one.
 */
function functionName(symbol: string): string | undefined {
  const name = symbol.replace(/\+\w+$/, '').replace(/@.*$/, '');
  return /^\d+$|[*?]/.test(name) ? undefined : name;
}
