import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';

/**
 * Returns the path of native/gate.c, compiled for this processor.
 *
 * @throws {SpoorError} UNSUPPORTED if the gate is missing for this processor
 */
export function gateProgram(): string {
  // This file lies in src/, or in dist/ when it is built.
  const path = fileURLToPath(new URL(`../build/gate-${process.arch}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new SpoorError(
    'UNSUPPORTED',
    `Commands cannot be started on ${process.platform} ${process.arch}: ${path} is missing`,
    { remedy: 'Build the packages (npm start), or trace a process that runs: scopes: ["tree=PID"].' },
  );
}
