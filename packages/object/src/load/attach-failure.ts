import { errno, errnoName, SpoorError, type SpoorErrorOptions } from '@spoor/core';
import { type Environment, isLocked, readEnvironment } from '../features/environment.js';
import type { Native } from '../ffi/native.js';
import { lackingCapabilities } from './capabilities.js';
import {
  capabilityRemedy,
  descriptorRemedy,
  lockdownRemedy,
  memoryRemedy,
  userNamespaceRemedy,
} from './failure.js';
import { type HookPlace, placeOf } from './hook-place.js';
import { decisiveMessage } from './libbpf-reason.js';
import { type Machine, thisMachine } from './machine.js';
import { missingHook } from './missing-hook.js';

/** A program, and the hook that it was to be attached to. */
export interface AttachSite {
  readonly native: Native;
  readonly name: string;
  /** The hook, as a section would name it. */
  readonly section: string;
  /** `enum bpf_prog_type`. */
  readonly type: number;
  /** `native.messages.mark()` of before the attachment. */
  readonly mark: number;
}

/**
 * The error of a program that does not attach. Reads the messages of libbpf and looks at the
 * machine.
 *
 * @param status -errno
 */
export function attachFailure(site: AttachSite, status: number): SpoorError {
  const { native, name, section, type, mark } = site;
  const messages = native.messages.since(mark);
  return attachError({
    program: { name, section, type },
    status,
    messages,
    environment: readEnvironment(),
    machine: thisMachine(native),
  });
}

export interface AttachEvidence {
  readonly program: Pick<AttachSite, 'name' | 'section' | 'type'>;
  /** -errno */
  readonly status: number;
  /** The warnings of libbpf, oldest first. */
  readonly messages: readonly string[];
  readonly environment: Environment;
  readonly machine: Machine;
}

/** Statuses that no hook is the reason for. */
const exhausted: ReadonlySet<number> = new Set([-errno.EMFILE, -errno.ENFILE, -errno.ENOMEM]);

/** The error for the evidence. */
export function attachError(evidence: AttachEvidence): SpoorError {
  const { program, status, messages, environment, machine } = evidence;
  const message = `${program.name} cannot be attached to ${program.section}`;
  const place = exhausted.has(status) ? undefined : placeOf(program.section);
  const options = {
    call: `bpf_program__attach(${program.name})`,
    errno: -status,
    details: { program: program.name, section: program.section, libbpf: messages },
  };
  const missing = place && missingHook(place, { status, environment, machine });
  if (missing !== undefined) {
    const { problem, remedy, lacks } = missing;
    const details = { ...options.details, ...detailsOf(place!), missing: lacks };
    return new SpoorError('ATTACH_FAILED', `${message}: ${problem}`, { ...options, remedy, details });
  }
  if (status === -errno.EPERM || status === -errno.EACCES) return denied(evidence, message, options);
  const said = decisiveMessage(messages);
  const why = said === undefined ? '' : `: ${said}`;
  return new SpoorError('ATTACH_FAILED', `${message}: ${errnoName(status)}${why}`, {
    ...options,
    remedy: usualRemedy(status, said),
  });
}

function detailsOf({ kind: hook, ...parts }: HookPlace): Readonly<Record<string, unknown>> {
  return { hook, ...parts };
}

function denied(evidence: AttachEvidence, message: string, options: SpoorErrorOptions): SpoorError {
  const { program, status, environment } = evidence;
  const { lockdown, inUserNamespace } = environment;
  const lacking = lackingCapabilities({ programTypes: [program.type] }, environment);
  if (isLocked(lockdown) && lacking.length === 0) {
    return new SpoorError('LOCKDOWN', `${message}: the kernel is locked down (${lockdown})`, {
      ...options,
      remedy: lockdownRemedy,
    });
  }
  const without = lacking.length === 0 ? '' : `: the process is without ${lacking.join(' and ')}`;
  return new SpoorError('NO_PRIVILEGE', `${message}: ${errnoName(status)}${without}`, {
    ...options,
    details: { ...options.details, missingCapabilities: lacking, inUserNamespace },
    remedy: inUserNamespace ? userNamespaceRemedy : capabilityRemedy(lacking),
  });
}

function usualRemedy(status: number, said: string | undefined): string {
  if (said?.includes('did you forget to include bpf/usdt.bpf.h') === true)
    return 'Include <bpf/usdt.bpf.h> in the source of the object: a USDT program needs its maps.';
  switch (-status) {
    case errno.EMFILE:
    case errno.ENFILE:
      return descriptorRemedy;
    case errno.ENOMEM:
      return memoryRemedy;
    case errno.ENOTSUPP:
    case errno.EOPNOTSUPP:
      return 'This kernel is built without this kind of hook: disable the program before load().';
    case errno.ENOENT:
      return 'This kernel has no such hook: disable the program before load().';
    case errno.EBUSY:
    case errno.EEXIST:
      return 'Another program is attached there: detach it first.';
    default:
      return 'No remedy is known. `spoor doctor` lists the hooks that this kernel has.';
  }
}
