import { basename } from 'node:path';
import type { Launcher, Receive } from '../launcher.js';
import { type OutputFile, openedElsewhere, unwritable } from './output-file.js';
import { sudoPerson, trustedOwners } from './owner.js';
import { errnoNameOf } from './sink.js';
import { findPlace } from './trusted-place.js';

/**
 * Returns a function that reopens a file after this process gave up root: the launcher opens it.
 * The launcher keeps the current folder, even if that folder is moved later.
 *
 * @returns undefined if the launcher cannot remember the place
 */
export function openerOf(
  path: string,
  launcher: Launcher,
  receive: Receive,
): (() => Promise<OutputFile>) | undefined {
  const place = findPlace(path);
  try {
    if (place.folderFd === undefined) return undefined;
    const { uid, gid } = sudoPerson() ?? { uid: 0, gid: 0 };
    const about = { folder: place.folder, owners: trustedOwners() };
    const open = launcher.keepPlace(
      { folder: place.folderFd, name: basename(place.path), uid, gid },
      receive,
    );
    return open && (async () => openedElsewhere(path, opened(path, open), about));
  } catch (error) {
    // The file or the launcher is gone. SIGHUP will report what cannot be opened.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  } finally {
    place.close();
  }
}

function opened(path: string, open: () => number): number {
  try {
    return open();
  } catch (error) {
    throw unwritable(path, errnoNameOf(error as NodeJS.ErrnoException), error);
  }
}
