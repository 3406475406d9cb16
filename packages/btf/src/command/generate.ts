import { basename, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readRegularFile, SpoorError } from '@spoor/core';
import { compileObject } from '../generate/compile-object.js';
import { generateModule } from '../generate/module.js';
import { type Records, repeated, type TaggedRecords } from '../generate/ring-records.js';
import { vmlinuxHeader } from '../generate/vmlinux.js';
import { writeGenerated } from '../generate/write-generated.js';
import type { Output } from './output.js';
import { usage } from './usage.js';

/** `spoor-btf generate`. Returns the exit status. */
export function generateCommand(args: readonly string[], output: Output): number {
  const given = parse(args);
  if (given.help) {
    output.out(usage);
    return 0;
  }
  const { input, out, vmlinux } = given;
  if (input !== undefined && out === undefined) throw misuse('missing --out FILE');
  if (input?.endsWith('.c') && !given.compile)
    throw misuse(`${input} is not an object: write --compile ${input}`);
  if (input === undefined && out !== undefined) throw misuse('missing OBJECT, or --compile SOURCE');
  if (input === undefined && vmlinux === undefined) throw misuse('missing OBJECT and --out FILE');
  if (out !== undefined && vmlinux !== undefined && resolve(out) === resolve(vmlinux))
    throw misuse('--out and --vmlinux name one file');
  const write = (path: string, text: string) =>
    output.out(`${path}: ${writeGenerated(path, text) ? 'written' : 'unchanged'}\n`);
  if (vmlinux !== undefined) write(vmlinux, vmlinuxHeader());
  if (input === undefined || out === undefined) return 0;
  const { name, records } = given;
  const options = { file: shown(input), records, ...(name === undefined ? {} : { name }) };
  write(out, generateModule(given.compile ? compiled(given, output) : readObjectFile(input), options));
  return 0;
}

interface Given {
  readonly help: boolean;
  /** The object, or the source to compile. */
  readonly input: string | undefined;
  readonly compile: boolean;
  readonly clangArgs: readonly string[];
  readonly out: string | undefined;
  readonly vmlinux: string | undefined;
  readonly name: string | undefined;
  readonly records: Records;
}

function parse(args: readonly string[]): Given {
  const end = args.indexOf('--');
  const clangArgs = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parseOwn(end < 0 ? args : args.slice(0, end));
  const { help = false, compile, out, vmlinux, name } = values;
  const inputs = compile === undefined ? positionals : [compile, ...positionals];
  if (inputs.length > 1) throw misuse(`unexpected argument '${inputs[1]}'`);
  if (clangArgs.length > 0 && compile === undefined) throw misuse('arguments after -- are for --compile');
  const records = recordsOf(values.record ?? []);
  return { help, input: inputs[0], compile: compile !== undefined, clangArgs, out, vmlinux, name, records };
}

function parseOwn(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        compile: { type: 'string', short: 'c' },
        name: { type: 'string', short: 'n' },
        record: { type: 'string', short: 'r', multiple: true },
        vmlinux: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    const isUnknown = (cause as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const message = (cause as Error).message.split(/\. |\n/)[0]!;
    throw new SpoorError(isUnknown ? 'UNKNOWN_OPTION' : 'USAGE', message, { remedy: seeHelp, cause });
  }
}

const seeHelp = 'See: npx @spoor/btf generate --help';

const misuse = (message: string): SpoorError => new SpoorError('USAGE', message, { remedy: seeHelp });

function recordsOf(words: readonly string[]): Records {
  const structs = new Map<string, readonly string[]>();
  const tagged = new Map<string, TaggedRecords>();
  for (const word of words) {
    const [, ring, field, list] = /^([^=.]+)(?:\.([^=]+))?=(.+)$/.exec(word) ?? [];
    if (ring === undefined || list === undefined) throw misuse(`--record ${word}: expected RING=STRUCT`);
    const names = list.split(',').map((name) => name.trim());
    const before = tagged.get(ring);
    if (field === undefined ? before !== undefined : structs.has(ring) || (before?.tag ?? field) !== field)
      throw misuse(`--record ${word}: ${ring} has records with another field, or without one`);
    if (field === undefined) structs.set(ring, [...(structs.get(ring) ?? []), ...names]);
    else tagged.set(ring, taggedRecords(word, field, { names, before }));
  }
  return Object.fromEntries([...structs, ...tagged]);
}

function taggedRecords(
  word: string,
  field: string,
  { names, before }: { readonly names: readonly string[]; readonly before: TaggedRecords | undefined },
): TaggedRecords {
  const structs = names.map((name) => {
    const [, value, struct] = /^([^:]+):(.+)$/.exec(name) ?? [];
    if (value === undefined || struct === undefined)
      throw misuse(`--record ${word}: expected RING.FIELD=VALUE:STRUCT`);
    return [value.trim(), struct.trim()] as const;
  });
  const all = [...Object.entries(before?.structs ?? {}), ...structs];
  const twice = all.find(([value], index) => all.findIndex((other) => other[0] === value) < index);
  if (twice !== undefined) throw repeated(`--record ${word}`, twice[0]);
  return { tag: field, structs: Object.fromEntries(all) };
}

/** The file as the module names it: equal on every machine. */
function shown(path: string): string {
  const own = relative('.', path);
  return own.startsWith('..') ? basename(path) : own;
}

function compiled({ input, clangArgs }: Given, { out, err }: Output): Uint8Array {
  const { bytes, command, messages } = compileObject(input!, { args: clangArgs });
  out(`${command}\n`);
  if (messages !== '') err(`${messages}\n`);
  return bytes;
}

function readObjectFile(path: string): Uint8Array {
  try {
    return readRegularFile(path);
  } catch (cause) {
    throw new SpoorError('FILE_UNREADABLE', `${path}: cannot be read: ${(cause as Error).message}`, {
      remedy: 'Give the path of a compiled BPF object (.o), or compile it with --compile.',
      details: { file: path },
      cause,
    });
  }
}
