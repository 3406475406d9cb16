import type * as threads from 'node:worker_threads';

/** The open objects of this thread, in the order in which they were opened. */
const open = new Set<Disposable>();

/**
 * The kernel takes back descriptors when the process ends. A worker thread can end earlier, and
 * would leave programs attached that nobody can detach.
 */
function disposeInWorker(): void {
  const { isMainThread } = process.getBuiltinModule('node:worker_threads') as typeof threads;
  if (!isMainThread) for (const resource of [...open].reverse()) resource[Symbol.dispose]();
}

/**
 * Disposes a resource when its worker thread ends: at the end of its script, by `process.exit()` or
 * by an error that nobody catches. `worker.terminate()` runs no code in the worker.
 */
export function disposeWithThread(resource: Disposable): void {
  if (open.size === 0) process.on('exit', disposeInWorker);
  open.add(resource);
}

/** Forgets a resource that is disposed, or that has another owner. */
export function forgetWithThread(resource: Disposable): void {
  if (open.delete(resource) && open.size === 0) process.off('exit', disposeInWorker);
}
