import { escapeText } from '@spoor/core';
import { commandLine } from './shell-words.js';
import { durationText, textField } from './text.js';

type Data = Readonly<Record<string, unknown>>;

/** The details of an event in the table, without its kind. */
interface Details {
  readonly text: string;
  /** True if the operation failed, or the process ended badly. */
  readonly failed?: boolean;
}

/** Events with their own format. All others list their fields. */
const known: Readonly<Record<string, (data: Data) => Details>> = {
  fork: ({ childTgid, childTid }) => ({
    text: childTgid === childTid ? `-> ${childTgid}` : `-> thread ${childTid} of ${childTgid}`,
  }),

  exec: (data) => {
    const path = textField(data, 'path');
    const argv = commandLineOf(data);
    return {
      text: [path, ...(argv === path ? [] : [argv]), ...gained(data), ...environment(data)].join('  '),
    };
  },

  'exec-failed': (data) => {
    const name = textField(data, 'filename');
    const argv = commandLineOf(data);
    const parts = [name, ...(argv === name || argv === '' ? [] : [argv]), String(data['error'])];
    return { text: parts.join('  '), failed: true };
  },

  exit: ({ code, signal, coreDumped, durationNs }) => {
    const how =
      typeof signal === 'string'
        ? `${signal}${coreDumped === true ? ', core dumped' : ''}`
        : `status ${code}`;
    return {
      text: `${how}, after ${durationText(BigInt(String(durationNs)))}`,
      failed: signal !== null || code !== 0,
    };
  },

  open: (data) => {
    const root = data['root'] === undefined ? '' : `  root=${textField(data, 'root')}`;
    const path = `${textField(data, 'path')}${root}`;
    const { flags, fd, error } = data;
    const directory = data['directory'] === undefined ? '' : `  directory=${textField(data, 'directory')}`;
    return error === undefined
      ? { text: `${path}  ${flags} -> ${fd}` }
      : { text: `${path}${directory}  ${flags}  ${error}`, failed: true };
  },

  connect: (data) => {
    const { error, outcome, call, host } = data;
    const parts = [endpoint(data), ...(host === undefined ? [] : [textField(data, 'host')])];
    if (typeof call === 'string' && call !== 'connect') parts.push(call);
    if (error !== undefined) parts.push(String(error));
    // For a non-blocking socket, the error is not an outcome. Recordings of earlier versions have
    // no outcome.
    const isOpen = outcome !== undefined && outcome !== (error ?? 'connected');
    if (isOpen) parts.push(`-> ${outcome}`);
    const failed =
      outcome === undefined ? error !== undefined && error !== 'EINPROGRESS' : /^E/.test(String(outcome));
    return { text: parts.join('  '), failed };
  },

  dns: answer,
};

/** `www.example.test A  CNAME cdn.test, A 192.0.2.1  127.0.0.53:53  after 1.2 ms` */
function answer(data: Data): Details {
  const { name, type, code, answers, malformed, transport, latencyNs } = data;
  const isGood = code === 'NOERROR' && malformed === undefined;
  const parts = [
    ...(name === undefined ? [] : [`${textField(data, 'name')} ${type}`]),
    (answers as string[]).join(', '),
    ...(isGood ? [] : [`${code ?? ''}${malformed === undefined ? '' : ` malformed ${malformed}`}`.trim()]),
    `${transport === 'tcp' ? 'tcp ' : ''}${endpoint(data)}`,
    ...(latencyNs === undefined ? [] : [`after ${durationText(BigInt(String(latencyNs)))}`]),
  ];
  return { text: parts.filter((part) => part !== '').join('  '), failed: !isGood };
}

/** Formats the arguments. If some are missing, `…` marks the gap before the last ones. */
function commandLineOf(data: Data): string {
  const { argv, argvRaw, argvTail, argvTailRaw, argvTruncated } = data as Readonly<
    Record<string, string[] | undefined>
  >;
  const head = commandLine(argv!, argvRaw, Boolean(argvTruncated));
  return argvTail === undefined ? head : `${head} ${commandLine(argvTail, argvTailRaw, false)}`;
}

/**
 * Formats what an exec gained: `+euid 0 +CAP_NET_RAW`. More than a few capabilities are counted.
 */
function gained(data: Data): string[] {
  const names = (data['gained'] ?? []) as string[];
  const capabilities = names.filter((name) => name.startsWith('CAP_'));
  const ids = names.filter((name) => !name.startsWith('CAP_')).map((name) => `${name} ${data[name]}`);
  const some = capabilities.length > 3 ? [`${capabilities.length} capabilities`] : capabilities;
  const all = [...ids, ...some].map((gain) => `+${gain}`);
  return all.length === 0 ? [] : [all.join(' ')];
}

/** Formats the variables of the environment that an exec has: `env CI=1 GITHUB_TOKEN`. */
function environment(data: Data): string[] {
  const { env, envRaw, envTruncated } = data as Readonly<Record<string, string[] | undefined>>;
  if (env === undefined) return [];
  return [commandLine(['env', ...env], envRaw && ['', ...envRaw], Boolean(envTruncated))];
}

/** `127.0.0.1:80`, `[::1]:80`, `unix /run/x.sock`. */
function endpoint(data: Data): string {
  const { family, port } = data;
  const address = data['address'] === undefined ? '' : textField(data, 'address');
  if (port === undefined) return `${family} ${address}`.trimEnd();
  return family === 'inet6' ? `[${address}]:${port}` : `${address}:${port}`;
}

export function detailsOf(kind: string, data: Data): Details {
  return (Object.hasOwn(known, kind) ? known[kind]! : everyField)(data);
}

/** Fields that are printed first without a name, and fields that are only useful to programs. */
const inFront = new Set(['path', 'error']);
const ofEndpoint = new Set(['family', 'address', 'port']);
const leftOut = /(Raw|Truncated|StartTimeNs|ProcessId|Namespace)$|^(device|inode)$/;

/** Formats the main field, every other field with its name, then the error. */
function everyField(data: Data): Details {
  const { path, family, error } = data;
  const fields = Object.keys(data)
    .filter((name) => !inFront.has(name) && !leftOut.test(name))
    .filter((name) => family === undefined || !ofEndpoint.has(name))
    .map((name) => `${name}=${plainText(data, name)}`);
  const parts = [
    ...(path === undefined ? [] : [textField(data, 'path')]),
    ...(family === undefined ? [] : [endpoint(data)]),
    ...fields,
    ...(error === undefined ? [] : [plainText(data, 'error')]),
  ];
  return { text: parts.join('  '), failed: error !== undefined };
}

function plainText(data: Data, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? textField(data, name) : escapeText(JSON.stringify(value) ?? '');
}
