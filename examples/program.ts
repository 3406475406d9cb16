import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compileObject, generateModule } from '@spoor/btf/generate';
import { bundleProgram } from '../scripts/lib/bundle-program.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** An example in TypeScript, with its module generated anew from the C source. */
export interface Program extends Disposable {
  /** The path that `node` runs. */
  readonly file: string;
  /** The generated module, without the object: its bytes depend on the version of clang. */
  readonly generated: string;
  /** The module beside the example, in the same form. */
  readonly committed: string;
}

/** Builds `NAME/main.ts` with `NAME/NAME.bpf.c`, into a folder of this process. */
export async function buildProgram(name: string): Promise<Program> {
  // Below this folder, where the packages resolve.
  const target = join(folder, 'dist', `${name}-${process.pid}`);
  const module = join('gen', `${name}.ts`);
  const source = `${name}/${name}.bpf.c`;
  mkdirSync(join(target, 'gen'), { recursive: true });
  const text = generateModule(compileObject(join(folder, source)).bytes, { file: source });
  writeFileSync(join(target, module), text);
  copyFileSync(join(folder, name, 'main.ts'), join(target, 'main.ts'));
  const file = join(target, 'main.mjs');
  await bundleProgram(join(target, 'main.ts'), file);
  return {
    file,
    generated: withoutObject(text),
    committed: withoutObject(readFileSync(join(folder, name, module), 'utf8')),
    [Symbol.dispose]: () => rmSync(dirname(file), { recursive: true }),
  };
}

const withoutObject = (text: string): string => text.replace(/object: `[^`]*`/, 'object: …');

/** A process that runs, with the lines that it prints. */
export class Running implements Disposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #seen: (() => void) | undefined;

  constructor(command: string, ...args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', resolve);
    });
    void this.#ended.then(() => this.#seen?.());
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      this.#seen?.();
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits until it has printed a line with this text. */
  async printed(text: string): Promise<void> {
    while (!this.lines.some((line) => line.includes(text))) {
      if (this.#child.exitCode !== null)
        throw new Error(`it ended without '${text}': ${this.lines.join('\n')}`);
      await new Promise<void>((resolve) => {
        this.#seen = resolve;
      });
    }
  }

  /** Sends SIGINT, and waits for the end. Returns the exit status. */
  interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.#ended;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
