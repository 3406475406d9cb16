/** A registry of npm packages on loopback, which forgets everything when it is closed. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { Failure } from '../lib/output.mjs';
import { run } from '../lib/run.mjs';
import { inRoot } from '../lib/workspace.mjs';

/**
 * @typedef {object} Registry
 * @property {NodeJS.ProcessEnv} env in which npm, pnpm and yarn read and publish there
 * @property {() => Promise<void>} close
 */

/**
 * Installs verdaccio into `.tools/`, as its lockfile has it. Only the rehearsal needs it.
 *
 * @returns {Promise<string>} the program
 */
async function installVerdaccio() {
  const fixture = inRoot('scripts', 'release', 'registry');
  const lock = readFileSync(join(fixture, 'package-lock.json'));
  const folder = inRoot(
    '.tools',
    `verdaccio-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`,
  );
  const program = join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  if (existsSync(program)) return program;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  cpSync(fixture, partial, { recursive: true });
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, output } = await run('npm', ['ci', ...flags], { cwd: partial });
  if (status !== 0) throw new Failure('verdaccio cannot be installed; it needs an npm registry', { output });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return program;
}

/** @returns {Promise<number>} a port of loopback that no program listens on */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * The settings of the registry. Packages of ours are only those that are published to it. All
 * others come from the registry that npm uses on this machine.
 *
 * @param {string} folder
 * @param {string} upstream
 */
const settings = (folder, upstream) => `storage: ${join(folder, 'storage')}
auth:
  htpasswd:
    file: ${join(folder, 'htpasswd')}
uplinks:
  upstream:
    url: ${upstream}
packages:
  '@spoor/*': { access: $all, publish: $all }
  spoor: { access: $all, publish: $all }
  '**': { access: $all, proxy: upstream }
web: { enable: false }
log: { type: stdout, format: pretty, level: warn }
max_body_size: 100mb
`;

/**
 * Starts a registry whose files are below `folder`.
 *
 * @param {string} folder
 * @returns {Promise<Registry>}
 */
export async function startRegistry(folder) {
  const program = await installVerdaccio();
  const { output: upstream } = await run('npm', ['config', 'get', 'registry']);
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const config = join(folder, 'verdaccio.yaml');
  writeFileSync(config, settings(folder, upstream.trim()));
  const child = spawn(process.execPath, [program, '--config', config, '--listen', address], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
  });
  let printed = '';
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Failure('verdaccio ended before it listened', { output: printed })));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        printed += text;
        if (printed.includes(address)) resolve(undefined);
      });
    }
  });
  const userconfig = join(folder, 'npmrc');
  // Anybody may publish, but npm sends nothing without a token.
  writeFileSync(userconfig, `registry=http://${address}/\n//${address}/:_authToken=rehearsal\n`);
  return {
    env: environment(folder, userconfig, `http://${address}/`),
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

/**
 * @param {string} folder
 * @param {string} userconfig
 * @param {string} registry
 * @returns {NodeJS.ProcessEnv} this one, without settings of package managers and with a home of
 *   its own
 */
function environment(folder, userconfig, registry) {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|xdg_|node_options$)/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    CI: 'true',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
    npm_config_userconfig: userconfig,
    npm_config_registry: registry,
    npm_config_cache: join(folder, 'cache'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    YARN_CACHE_FOLDER: join(folder, 'yarn-cache'),
  };
}
