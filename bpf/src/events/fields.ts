import { type BitNames, bitsNames } from '../names/bits.js';
import { capabilityNames } from '../names/capability.js';
import { deviceText } from '../names/device.js';
import { errorName, errors } from '../names/errno.js';
import { families } from '../names/family.js';
import { type Names, octalNumbers } from '../names/names.js';
import { signals } from '../names/signal.js';
import { type FieldOptions, field, type JsonSchema, type PathRule, type Test } from './field.js';

/** Fields that events are declared with. */

export const u32Schema: JsonSchema = { type: 'integer', minimum: 0, maximum: 0xffffffff };
export const u64Schema: JsonSchema = { type: 'string', pattern: '^[0-9]{1,20}$' };
export const stringSchema: JsonSchema = { type: 'string' };
const portSchema: JsonSchema = { type: 'integer', minimum: 0, maximum: 65535 };

export const succeeded: readonly Test[] = [{ field: 'result', min: 0 }];
export const failed: readonly Test[] = [{ field: 'result', max: -1 }];
export const isNotZero = (name: string): readonly Test[] => [{ field: name, not: [0] }];

const AF_INET = 2;
const AF_INET6 = 10;
const hasIp: Test = { field: 'family', is: [AF_INET, AF_INET6] };

/** A path that the call opens or changes: the last symbolic link is followed. */
export const followed: PathRule = { followsLast: true };
/** A name that the call adds or removes: the last symbolic link is not followed. */
export const entry: PathRule = { followsLast: false };
export const within = (rule: PathRule, directory = 'directory'): PathRule => ({ ...rule, directory });

export const text = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options & { readonly path?: PathRule },
) => {
  const { path, ...rest } = options ?? ({} as NonNullable<typeof options>);
  const form = path === undefined ? ({ type: 'text' } as const) : ({ type: 'text', path } as const);
  return field<string, 'Raw' | 'Truncated'>()(
    { form, schema: stringSchema, description },
    rest as unknown as Options,
  );
};

export const chars = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options,
) => field<string, 'Raw'>()({ form: { type: 'chars' }, schema: stringSchema, description }, options);

export const list = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options,
) =>
  field<string[], 'RawList'>()(
    { form: { type: 'list' }, schema: { type: 'array', items: stringSchema }, description },
    options,
  );

/** A number that is shown as it is. */
export const integer = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options & { readonly schema?: JsonSchema },
) => {
  const { schema = { type: 'integer' }, ...rest } = options ?? ({} as NonNullable<typeof options>);
  return field<number, 'Number'>()(
    { form: { type: 'number' }, schema, description },
    rest as unknown as Options,
  );
};

export const u32 = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options,
) => field<number, 'Number'>()({ form: { type: 'number' }, schema: u32Schema, description }, options);

/** A file descriptor or another result of a call that succeeded. */
export const result = (description: string) =>
  field<number, 'Number'>()(
    { form: { type: 'number' }, schema: { type: 'integer', minimum: 0 }, description },
    { from: 'result', when: succeeded },
  );

/** A 64-bit number, as decimal digits. */
export const u64 = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options,
) => field<string>()({ form: { type: 'wide' }, schema: u64Schema, description }, options);

/** A number that is shown by its name. */
export const named = <const Options extends FieldOptions = FieldOptions>(
  names: Names<string>,
  description: string,
  options?: Options,
) =>
  field<string, 'Number'>()({ form: { type: 'number', names }, schema: stringSchema, description }, options);

/** A signal by its name; null for 0. */
export const signal = (description: string) =>
  field<string | null>()({
    form: { type: 'number', names: signals },
    schema: { anyOf: [{ type: 'string', pattern: '^(SIG[A-Z0-9]+|[0-9]+)$' }, { type: 'null' }] },
    description,
  });

/** Bits by their names, left out if there are none. */
export const flags = (table: BitNames, example: string, when: readonly Test[] = []) =>
  field<string, 'Number'>()(
    {
      form: { type: 'number', names: bitsNames(table) },
      schema: stringSchema,
      description: `Flags, where there are any: ${example}.`,
    },
    { optional: true, when },
  );

const errorField = (description: string) => ({
  form: {
    type: 'number' as const,
    names: errors,
    negative: true,
    show: (value: number) => (value < 0 ? errorName(-value) : '0'),
  },
  schema: { type: 'string', pattern: '^(E[A-Z0-9_]+|[0-9]+)$' },
  description,
});

export const error = (when: readonly Test[] = [], description = 'Name of the errno, when the call failed.') =>
  field<string, 'Number'>()(errorField(description), {
    from: 'result',
    when: [...failed, ...when],
  });

/** The error of an event that only failed calls have. */
export const alwaysError = () =>
  field<string, 'Number'>()(errorField('Name of the errno: ENOENT.'), { from: 'result' });

/** Permissions as people write them: `0755`. */
export const mode = () =>
  field<string>()({
    form: { type: 'number', names: octalNumbers },
    schema: { type: 'string', pattern: '^[0-7]{4,6}$' },
    description: 'Permissions as asked for, octal.',
  });

/** `0x1f` */
export const hexNumber = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options,
) =>
  field<string>()(
    {
      form: { type: 'wide', show: (value) => `0x${value.toString(16)}` },
      schema: { type: 'string', pattern: '^0x[0-9a-f]{1,16}$' },
      description,
    },
    options,
  );

export const capabilities = <const Options extends FieldOptions = FieldOptions>(
  description: string,
  options?: Options,
) =>
  field<string[]>()(
    {
      form: { type: 'wide', show: capabilityNames },
      schema: { type: 'array', items: { type: 'string', pattern: '^CAP_[A-Z0-9_]+$' } },
      description,
    },
    options,
  );

export const device = <const Options extends FieldOptions = FieldOptions>(options?: Options) =>
  field<string>()(
    {
      form: { type: 'number', show: deviceText },
      schema: { type: 'string', pattern: '^[0-9]+:[0-9]+$' },
      description:
        'Device as stat(2) prints it: major:minor. Where the kernel has overlayfs or btrfs as a module, the device of its superblock.',
    },
    options,
  );

/** The identity of the file, if the kernel reported it. */
export const file = (description: string) => {
  const when = isNotZero('inode');
  return { device: device({ when }), inode: u64(description, { when }) };
};

/** A name that the caller gave, and where it starts. */
export const givenName = (path: PathRule) => ({
  path: text('The name as the caller gave it.', { path: within(path) }),
  ...start('path'),
});

const startField = (from: string, form: { of: string; absolute: boolean }, description: string) =>
  field<string, 'Raw' | 'Truncated'>()(
    { form: { type: 'text', start: form, path: followed }, schema: stringSchema, description },
    { from, optional: true },
  );

/** The directory from which the name in a field starts. */
export const start = (
  of: string,
  description = 'Where a relative name starts, as the kernel has it; the file itself when the name is empty.',
) => ({
  directory: startField('directory', { of, absolute: false }, description),
  root: startField('directory', { of, absolute: true }, rootDescription),
});

const rootDescription =
  "Where an absolute name starts, when that is not the tracer's root (flag other-root): the root of the process, as its mount namespace has it.";

/** The second name of a call that takes two, and where it starts. */
export const newName = () => ({
  newPath: text('The new name as the caller gave it.', { path: within(entry, 'newDirectory') }),
  newDirectory: startField(
    'newDirectory',
    { of: 'newPath', absolute: false },
    'Where it starts when it is relative, as the kernel has it.',
  ),
  newRoot: startField('newDirectory', { of: 'newPath', absolute: true }, rootDescription),
});

const givenFile =
  'Of a file that was given by its descriptor, as the kernel has it; else the name as the caller gave it (flag user-memory).';

/** The file of a call that takes a name or a descriptor. */
export const namedFile = () => ({
  path: text(givenFile, { path: within(followed) }),
  ...start('path'),
  ...file('Inode of a file that was given by its descriptor.'),
});

/** An id that a call sets: left out if there is to be no change, which is -1. */
export const requestedId = (name: string, description: string) =>
  u32(description, { when: [{ field: name, not: [0xffffffff] }] });

/** The family of a socket and its address. `ipWhen`: when IP addresses are known. */
export const endpoint = (rule: PathRule, ipWhen: readonly Test[] = []) => ({
  family: named(families, 'inet, inet6, unix …; the number of a family without a name.'),
  address: field<string, 'Raw' | 'Truncated' | 'Address'>()(
    {
      form: { type: 'address', family: 'family', path: { field: 'path', rule }, ipWhen },
      schema: stringSchema,
      description: 'IP address; of a unix socket its path, or @ and its abstract name.',
    },
    { optional: true },
  ),
  port: integer('Port of the address.', { schema: portSchema, when: [hasIp, ...ipWhen] }),
});

/** The name of the address, which the decoder knows by the answers of name servers. */
export const host = (when: readonly Test[] = []) =>
  field<string>()(
    {
      form: {
        type: 'custom',
        value: (event: { _host?(): string | undefined }) => event._host?.(),
        asked: { as: 'text' },
      },
      schema: stringSchema,
      description:
        'The name for which a name server answered with the address, by the dns events that were reported before. If there ' +
        'are several, one that the process asked for, then the latest. Left out if none is known.',
    },
    { optional: true, when },
  );

/** An address of IP, as the kernel has it. */
export const ipEndpoint = () => ({
  family: named(families, 'inet or inet6.'),
  address: field<string, 'Address'>()(
    {
      form: { type: 'address', family: 'family' },
      schema: stringSchema,
      description: 'IP address of the peer.',
    },
    { optional: true },
  ),
  port: integer('Port of the peer.', { schema: portSchema, when: [hasIp] }),
});

export const localEndpoint = () => ({
  localAddress: field<string, 'Address'>()(
    {
      form: { type: 'address', family: 'family' },
      schema: stringSchema,
      description: 'IP address of this end.',
    },
    { optional: true },
  ),
  localPort: integer('Port of this end.', { schema: portSchema, when: [hasIp] }),
});
