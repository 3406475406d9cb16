import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pageText } from './report/page.js';
import type { Report } from './report/report.js';
import { reportSvg } from './report/svg.js';

/** Changes with the shape of what is kept; what has another is not read. */
const version = 1;

interface Kept {
  readonly version: number;
  readonly reports: readonly Report[];
}

/**
 * The reports of a folder: `benchmarks.md`, and beside it `benchmarks/` with `results.json` and a picture each. A run of some
 * benchmarks leaves the reports of the others as they are.
 */
export class Store {
  readonly #folder: string;
  readonly #order: readonly string[];
  readonly #tried: string;

  /**
   * @param order names of all benchmarks; reports of others are forgotten
   * @param tried the end of the page
   */
  constructor(folder: string, order: readonly string[], tried: string) {
    this.#folder = folder;
    this.#order = order;
    this.#tried = tried;
  }

  get page(): string {
    return join(this.#folder, 'benchmarks.md');
  }

  /** In the order of the benchmarks. */
  read(): readonly Report[] {
    const path = this.#path('results.json');
    if (!existsSync(path)) return [];
    try {
      const kept = JSON.parse(readFileSync(path, 'utf8')) as Kept;
      return kept.version === version ? this.#ordered(kept.reports) : [];
    } catch {
      // Not ours any more, or cut: every report is measured anew.
      return [];
    }
  }

  /** Takes a report in, in place of the one before, and writes everything anew. */
  add(report: Report): void {
    const { name } = report.subject;
    const others = this.read().filter(({ subject }) => subject.name !== name);
    const reports = this.#ordered([...others, report]);
    mkdirSync(this.#path(), { recursive: true });
    write(this.#path('results.json'), `${JSON.stringify({ version, reports } satisfies Kept, null, 1)}\n`);
    write(this.#path(`${name}.svg`), reportSvg(report));
    write(
      this.page,
      pageText(reports, (benchmark) => `benchmarks/${benchmark}.svg`, this.#tried),
    );
  }

  #ordered(reports: readonly Report[]): readonly Report[] {
    return this.#order.flatMap((name) => reports.filter(({ subject }) => subject.name === name));
  }

  #path(...names: string[]): string {
    return join(this.#folder, 'benchmarks', ...names);
  }
}

/** By rename: an interrupted run leaves whole files. */
function write(path: string, content: string): void {
  writeFileSync(`${path}.${process.pid}`, content);
  renameSync(`${path}.${process.pid}`, path);
}
