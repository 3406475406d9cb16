import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io, Stream } from '../src/io.js';
import { Sink } from '../src/output/sink.js';
import { noStyle } from '../src/output/style.js';

/** Returns standard streams that write to files. */
export function capturedIo(): Io & { readonly stdout: () => string; readonly stderr: () => string } {
  const folder = temporaryFolder();
  const file = (name: string): { stream: Stream; text: () => string } => {
    const path = join(folder, name);
    const fd = openSync(path, 'w');
    onTestFinished(() => closeSync(fd));
    return { stream: { sink: new Sink(fd, name), style: noStyle }, text: () => readFileSync(path, 'utf8') };
  };
  const out = file('standard output');
  const err = file('standard error');
  return { out: out.stream, err: err.stream, stdout: out.text, stderr: err.text };
}

/** Creates a folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
