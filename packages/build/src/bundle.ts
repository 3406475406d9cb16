import { SpoorError } from '@spoor/core';
import { rolldown } from 'rolldown';
import type { PlannedEvent } from './define.js';

const entry = '\0spoor-kernel';

/** The options of `bundle`. */
export interface BundleOptions {
  /** Whether packages stay outside. Else their code is in the text. */
  readonly isExternal: boolean;
  /** The first line of the text. */
  readonly banner?: string;
}

/**
 * Bundles a module that imports declarations, whose types are removed.
 *
 * @param text the module before it is bundled
 * @throws {SpoorError} EXTENSION_INVALID if a declaration cannot be bundled: with its line
 */
export async function bundle(
  text: string,
  events: readonly PlannedEvent[],
  { isExternal, banner }: BundleOptions,
): Promise<string> {
  try {
    const built = await rolldown({
      input: { kernel: entry },
      external: (id) => isExternal && !/^[./\0]/.test(id),
      platform: 'node',
      logLevel: 'silent',
      plugins: [
        {
          name: 'spoor-kernel',
          resolveId: (id) => (id === entry ? id : null),
          load: (id) => (id === entry ? text : null),
        },
      ],
    });
    const { output } = await built.generate({
      format: 'esm',
      codeSplitting: false,
      ...(banner === undefined ? {} : { banner }),
    });
    await built.close();
    return output[0].code;
  } catch (cause) {
    throw bundleError(cause, events);
  }
}

/** An error of the bundler. `loc` has the place in a file, or in the module that imports all. */
interface Report {
  readonly code?: string;
  readonly message: string;
  /** The file that lacks an export. */
  readonly exporter?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
}

function bundleError(cause: unknown, events: readonly PlannedEvent[]): SpoorError {
  const report = (cause as { readonly errors?: readonly Report[] }).errors?.[0] ?? (cause as Report);
  const { file, line, column } = report.loc ?? { line: 0, column: 0 };
  const isPlaced = file !== undefined && file !== entry;
  const place = isPlaced
    ? `${file}:${line}:${column + 1}`
    : (report.exporter ?? events.map(({ declaration }) => declaration).join(', '));
  const exports = `Each declaration exports its event: ${events.map(({ exported }) => exported).join(', ')}.`;
  return new SpoorError('EXTENSION_INVALID', `${place}: ${plainReason(report.message)}`, {
    remedy: report.code === 'MISSING_EXPORT' && !isPlaced ? exports : remedyOf(report.code),
    details: { file: isPlaced ? file : events[0]?.declaration },
    cause,
  });
}

const remedyOf = (code: string | undefined): string =>
  code === 'UNRESOLVED_IMPORT' || code === 'MISSING_EXPORT'
    ? 'Correct the import, or install the package.'
    : 'Correct the file there.';

/** The first line, without colours, the code of the bundler, and the relative path of the file. */
const plainReason = (message: string): string =>
  message
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with a control character
    .replace(/\x1b\[[\d;]*m/g, '')
    .split('\n')[0]!
    .replace(/^\[\w+\] /, '')
    .replace(/ by ".*"\.$/, '');
