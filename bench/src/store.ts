import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { detailsText, summaryText } from './report/page.js';
import type { Report } from './report/report.js';
import { reportSvg } from './report/svg.js';

/** Changes with the shape of what is kept; what has another is not read. */
const version = 1;

interface Kept {
  readonly version: number;
  readonly reports: readonly Report[];
}

/**
 * The reports of a folder: `results.json`, `README.md` with all results, and one picture per
 * benchmark; and a summary elsewhere. A run of some benchmarks leaves the reports of the others as
 * they are.
 */
export class Store {
  /** Path of the summary. */
  readonly page: string;
  readonly #folder: string;
  readonly #order: readonly string[];

  /** @param order names of all benchmarks; reports of others are dropped */
  constructor(folder: string, order: readonly string[], page = join(folder, 'benchmarks.md')) {
    this.#folder = folder;
    this.#order = order;
    this.page = page;
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

  /** Adds a report, in place of an earlier one of its benchmark, and writes all files. */
  add(report: Report): void {
    const { name } = report.subject;
    const others = this.read().filter(({ subject }) => subject.name !== name);
    const reports = this.#ordered([...others, report]);
    mkdirSync(this.#path(), { recursive: true });
    write(this.#path('results.json'), `${JSON.stringify({ version, reports } satisfies Kept, null, 1)}\n`);
    write(this.#path(`${name}.svg`), reportSvg(report));
    write(this.#path('README.md'), detailsText(reports));
    write(this.page, summaryText(reports, relative(dirname(this.page), this.#path('README.md'))));
  }

  #ordered(reports: readonly Report[]): readonly Report[] {
    return this.#order.flatMap((name) => reports.filter(({ subject }) => subject.name === name));
  }

  #path(...names: string[]): string {
    return join(this.#folder, ...names);
  }
}

/** By rename: an interrupted run leaves whole files. */
function write(path: string, content: string): void {
  writeFileSync(`${path}.${process.pid}`, content);
  renameSync(`${path}.${process.pid}`, path);
}
