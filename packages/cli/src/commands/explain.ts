import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { exitStatus } from '../exit-status.js';
import type { Io } from '../io.js';
import type { Subcommand } from '../subcommand.js';
import { readPolicy } from '../trace/files.js';

const usage: Usage = {
  name: 'explain',
  summary: 'Show what scopes compile to: bits, tables, and where each filter is decided.',
  synopsis: '[EXPR…] [--policy FILE] [--json]',
  positionals: { name: 'an expression', min: 0, max: Number.POSITIVE_INFINITY },
  options: [
    { name: 'policy', value: 'FILE', help: 'Also explain the scopes of this JSON policy file.' },
    { name: 'json', help: 'Print JSON, with words in hexadecimal.' },
  ],
  notes: [
    'A policy file is JSON. Each scope has a name and filters. It can select events, as --events does, with conditions: {"scopes": [{"name": "build", "filters": "comm=node,npm follow", "events": ["exec", "open.path=/etc/*"]}]}',
  ],
  examples: [
    ["spoor explain 'comm=node,npm uid>=1000 follow'", 'Explain one scope.'],
    [
      "spoor explain 'web: exe=/usr/sbin/nginx follow' 'root: uid=0 open.path=/etc/*'",
      'Explain two named scopes.',
    ],
  ],
};

async function run(args: Arguments, io: Io): Promise<number> {
  const policy = args.get('policy');
  const { SpoorError } = await import('@spoor/core');
  const { explain, parseScopes } = await import('@spoor/filter');
  if (args.positionals.length === 0 && policy === undefined) {
    throw new SpoorError('USAGE', 'missing expression or policy', {
      remedy: "Write: spoor explain 'uid=0 follow'",
    });
  }
  const scopes = [
    ...parseScopes(args.positionals),
    ...(policy === undefined ? [] : (await readPolicy(policy)).scopes),
  ];
  const { lines, ...explanation } = explain(scopes);
  const json = () =>
    JSON.stringify(
      explanation,
      (_, value) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value),
      2,
    );
  io.out.sink.write(args.has('json') ? `${json()}\n` : `${lines.join('\n')}\n`);
  return exitStatus.ok;
}

export const explainCommand: Subcommand = { usage, run };
