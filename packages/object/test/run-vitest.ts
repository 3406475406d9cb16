import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface VitestRun {
  /** The Node.js to run in. */
  readonly node: string;
  readonly project: 'unit' | 'kernel';
  /** Test files, from the root of the tree. */
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface VitestOutcome {
  readonly passed: readonly string[];
  /** Titles with the first line of what went wrong. */
  readonly failed: readonly string[];
  /** Its output, for runs without a report. */
  readonly output: string;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs test files in a process of another Node.js, and reads the report. */
export async function runVitest({ node, project, files, env }: VitestRun): Promise<VitestOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-vitest-'));
  const report = join(folder, 'report.json');
  try {
    // One worker for all files, as in the guests: to start one takes longer than most files do.
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--no-isolate', '--maxWorkers=1'];
    const args = [...vitest, '--project', project, '--reporter=json', `--outputFile=${report}`];
    const output = await finished(node, [...args, ...files], {
      ...inherited(),
      ...env,
    });
    return { ...readReport(report), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without what this Vitest set for its own workers. */
function inherited(): NodeJS.ProcessEnv {
  const own = /^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|PROD$|DEV$|SSR$|MODE$|BASE_URL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

function finished(node: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', () => resolve(output));
  });
}

function readReport(path: string): Pick<VitestOutcome, 'passed' | 'failed'> {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: results.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
    failed: [
      ...results
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split('\n')[0]}`),
      ...broken.map(({ name, message }) => `${name}: ${message}`),
    ],
  };
}
