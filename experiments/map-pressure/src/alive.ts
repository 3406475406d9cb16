import { readdirSync, readlinkSync } from 'node:fs';

/** Processes in a namespace of host names that are alive, as /proc has them. */
export function countAlive(uts: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIn(`/proc/${name}`, uts)).length;
}

function isIn(folder: string, uts: string): boolean {
  const namespace = namespaceOf(folder);
  if (namespace !== undefined) return namespace === uts;
  // The leader has ended: are there threads that live?
  try {
    return readdirSync(`${folder}/task`).some((tid) => namespaceOf(`${folder}/task/${tid}`) === uts);
  } catch {
    return false;
  }
}

/** Undefined when that task has ended. */
function namespaceOf(folder: string): string | undefined {
  try {
    return readlinkSync(`${folder}/ns/uts`);
  } catch {
    return undefined;
  }
}
