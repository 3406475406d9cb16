import type { Usage } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { exitStatus } from '../exit-status.js';
import type { Io } from '../io.js';
import type { Subcommand } from '../subcommand.js';
import { readPolicy } from '../trace/files.js';

const usage: Usage = {
  name: 'explain',
  summary: 'What scopes compile to: their bits, their tables, and what is decided where.',
  synopsis: '[EXPR…] [--policy FILE] [--json]',
  positionals: { name: 'an expression', min: 0, max: Number.POSITIVE_INFINITY },
  options: [
    { name: 'policy', value: 'FILE', help: 'The scopes of a policy file, too.' },
    { name: 'json', help: 'As JSON; words as hexadecimal.' },
  ],
  notes: [
    'A policy file is JSON. Each of its scopes has a name and filters, and can have events, which --events takes and conditions narrow: {"scopes": [{"name": "build", "filters": "comm=node,npm follow", "events": ["exec", "open.path=/etc/*"]}]}',
  ],
  examples: [
    ["spoor explain 'comm=node,npm uid>=1000 follow'", 'One scope.'],
    ["spoor explain 'web: exe=/usr/sbin/nginx follow' 'root: uid=0 open.path=/etc/*'", 'Two, with names.'],
  ],
};

async function run(args: Arguments, io: Io): Promise<number> {
  const policy = args.get('policy');
  const { SpoorError } = await import('@spoor/core');
  const { explain, parseScopes } = await import('@spoor/filter');
  if (args.positionals.length === 0 && policy === undefined) {
    throw new SpoorError('USAGE', 'There is nothing to explain', {
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
