/** The declaration of each event: the only place that says which fields its `data` has. */
import type { EventParts } from '../../gen/index.js';
import type { KernelDefinition } from '../kernel.js';
import { accept } from './accept.js';
import { bind } from './bind.js';
import { bpf } from './bpf.js';
import { capset } from './capset.js';
import { chmod } from './chmod.js';
import { chown } from './chown.js';
import { connect } from './connect.js';
import { connectionEnd } from './connection-end.js';
import { dns } from './dns.js';
import { exec } from './exec.js';
import { execFailed } from './exec-failed.js';
import { exit } from './exit.js';
import type { DataOf, EventDeclaration, Noted } from './field.js';
import { fork } from './fork.js';
import { ioUring } from './io-uring.js';
import { kill } from './kill.js';
import { link } from './link.js';
import { listen } from './listen.js';
import { mapExec } from './map-exec.js';
import { mkdir } from './mkdir.js';
import { mknod } from './mknod.js';
import { moduleLoad } from './module-load.js';
import { mount } from './mount.js';
import { namespace } from './namespace.js';
import { open } from './open.js';
import { privileged } from './privileged.js';
import { processVm } from './process-vm.js';
import { ptrace } from './ptrace.js';
import { rename } from './rename.js';
import { setgid } from './setgid.js';
import { setuid } from './setuid.js';
import { setxattr } from './setxattr.js';
import { signal } from './signal.js';
import { socket } from './socket.js';
import { symlink } from './symlink.js';
import { truncate } from './truncate.js';
import { unlink } from './unlink.js';
import { write } from './write.js';

export { type DnsMessage, type DnsRecord, dnsMessage } from '../dns/message.js';
export { AF_INET, ipText } from '../names/address.js';
export type { Architecture, Names } from '../names/names.js';
export type {
  DataField,
  DataFields,
  EventDeclaration,
  Form,
  JsonSchema,
  PathRule,
  Test,
} from './field.js';
export { u32Schema, u64Schema } from './fields.js';
export { processIdSchema } from './process-fields.js';

/** The name of an event kind. */
export type EventKind = keyof EventParts;

/** One line per event. An event without a declaration is shown field by field. */
export const declarations = {
  fork,
  exec,
  exit,
  open,
  connect,
  unlink,
  rename,
  chmod,
  chown,
  mkdir,
  bind,
  listen,
  accept,
  kill,
  ptrace,
  setuid,
  setgid,
  capset,
  mount,
  'module-load': moduleLoad,
  bpf,
  'io-uring': ioUring,
  'exec-failed': execFailed,
  link,
  symlink,
  mknod,
  namespace,
  truncate,
  setxattr,
  'process-vm': processVm,
  socket,
  signal,
  privileged,
  'map-exec': mapExec,
  dns,
  'connection-end': connectionEnd,
  write,
} as const satisfies { readonly [Kind in EventKind]?: EventDeclaration };

/** The type of `data` of an event. */
export type EventData<Kind extends EventKind> = Kind extends keyof typeof declarations
  ? DataOf<(typeof declarations)[Kind]['data']>
  : Record<string, unknown>;

/** The type of `data` of an event with this declaration. */
export type DataOfDeclaration<Declaration> =
  Declaration extends EventDeclaration<infer Fields> ? DataOf<Fields> : Record<string, unknown>;

/** The variable parts that hold several texts of an event with this declaration. */
export type ListsOfDeclaration<Declaration> =
  Declaration extends EventDeclaration<infer Fields> ? Noted<Fields, 'RawList'> : never;

/** The variable parts of an event that hold several texts. */
export type ListParts<Kind extends EventKind> = Kind extends keyof typeof declarations
  ? Noted<(typeof declarations)[Kind]['data'], 'RawList'>
  : never;

/** The fields of an event that conditions compare as numbers, or as addresses. */
export type AskedFields<
  Kind extends EventKind,
  As extends 'Number' | 'Address',
> = Kind extends keyof typeof declarations ? Noted<(typeof declarations)[Kind]['data'], As> : never;

/**
 * Returns the names of an event's variable parts that hold several texts.
 *
 * @example
 * ```ts
 * listParts('exec'); // ['argv', 'argvTail', 'env']
 * ```
 */
export const listParts = (kind: string, kernel?: KernelDefinition): readonly string[] =>
  Object.entries(declarationOf(kind, kernel)?.data ?? {}).flatMap(([name, { form, from = name }]) =>
    form.type === 'list' ? [from] : [],
  );

/**
 * Returns the declaration of an event kind, which may come from a file; undefined if it has none.
 *
 * @param kernel whose extensions are looked at as well
 *
 * @example
 * ```ts
 * const declaration = declarationOf('open');
 * console.log(declaration?.summary, Object.keys(declaration?.data ?? {}));
 * ```
 */
export function declarationOf(kind: string, kernel?: KernelDefinition): EventDeclaration | undefined {
  if (kernel !== undefined && Object.hasOwn(kernel.extensions, kind))
    return kernel.extensions[kind]!.declaration;
  return Object.hasOwn(declarations, kind)
    ? (declarations as Readonly<Record<string, EventDeclaration>>)[kind]
    : undefined;
}
