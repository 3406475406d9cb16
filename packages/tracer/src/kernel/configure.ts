import { events, filterKinds } from '@spoor/bpf';
import { features, type OpenedObject } from '@spoor/object';
import { kernelTimeNs } from '../clock.js';
import { setEnvironmentNames } from './environment-names.js';
import { argumentsProgram, commitPrograms, eventPrograms, kindOfMap } from './event-programs.js';
import { argvLimits, type KernelConfiguration, type KernelSideOptions } from './kernel-options.js';
import { hasLayeredFiles, hasLegacyCgroups, ownMountNamespace } from './machine-facts.js';
import { oomCode } from './oom-code.js';
import { committedEntries, keepsRecords, keptRecords, quietRoom, ringUsers } from './sizing.js';

/** Sets the constants, maps and programs of an object for a trace. */
export function configure(opened: OpenedObject, configuration: KernelConfiguration): void {
  const { options, processMapSize, possibleCpus, ringSizes, taskStorage, wakesReader, readerSleeps } =
    configuration;
  const { argvLimit = argvLimits.usual } = options;
  const { pidNamespace, bootOffsetNs } = configuration.observer;
  const { name: argumentsProgramName } = argumentsProgram(options);
  let enabledEvents = 0n;
  for (const [kind, { kind: number }] of Object.entries(options.kernel.events)) {
    if (options.events.has(kind)) enabledEvents |= 1n << BigInt(number);
  }
  opened
    .setConstant('enabled_events', enabledEvents)
    .setConstant('trace_start_ns', kernelTimeNs())
    .setConstant('observer_pidns', pidNamespace ?? 0)
    .setConstant('observer_boot_offset_ns', bootOffsetNs)
    .setConstant('use_task_storage', taskStorage)
    .setConstant('typed_task', features.has('task_storage_tracing'))
    .setConstant('use_task_regs', features.has('task_regs'))
    .setConstant('page_size', configuration.pageSize)
    .setConstant('own_mount_namespace', ownMountNamespace())
    .setConstant('legacy_cgroups', hasLegacyCgroups())
    .setConstant('has_layered_files', hasLayeredFiles())
    .setConstant('wake_reader', wakesReader)
    .setConstant('reader_sleeps', readerSleeps)
    .setConstant('filter_kinds_built', maskOfKinds(options))
    .setConstant('argv_limit', Math.min(argvLimit, argvLimits.most - 1))
    .resizeMap('proc_info', processMapSize)
    .resizeMap('lifecycle', ringSizes.lifecycle)
    .setConstant('copies_arguments', argumentsProgramName !== undefined)
    .enableMap('exec_arguments', argumentsProgramName !== undefined)
    .enableMap('task_words', taskStorage)
    .enableMap('long_records', argvLimit > argvLimits.usual)
    .resizeMap('long_records', possibleCpus)
    .enableMap('scripts', options.filterKinds.has('exe'))
    .enableProgram('on_iter_task', options.needsSnapshot);
  if (argumentsProgramName !== undefined) opened.enableProgram(argumentsProgramName);
  setEnvironmentNames(opened, options.environment);
  if (options.wordsEntries !== undefined) opened.resizeMap('task_words_hash', options.wordsEntries);
  // The lean object has lifecycle events only.
  const hasCalls = opened.maps.has('activity') && configureCalls(opened, configuration, enabledEvents);
  // The program of all system calls also reports failed execs.
  for (const name of eventPrograms(options.events, options.kernel).names)
    if (!(hasCalls && name === failedExecProgram)) opened.enableProgram(name);
}

const failedExecProgram = 'on_event_exec_failed';

/** Returns true if the program of all system calls is loaded. */
function configureCalls(
  opened: OpenedObject,
  { options, possibleCpus, ringSizes }: KernelConfiguration,
  enabledEvents: bigint,
): boolean {
  const { names } = eventPrograms(options.events, options.kernel);
  const callEvents = opened.constant('syscall_events').value as bigint;
  const ownProgram = 1n << BigInt(events['exec-failed'].kind);
  const hasCalls = (enabledEvents & callEvents & ~ownProgram) !== 0n;
  const commit = commitPrograms(options.events, options);
  const oom = options.events.has('signal') ? oomCode() : undefined;
  opened
    .enableMap('activity', ringSizes.activity > 0)
    .enableMap('ring_users', ringSizes.activity > 0)
    .setConstant('committed_events', commit.committed)
    .setConstant('oom_code_start', oom?.start ?? 0n)
    .setConstant('oom_code_end', oom?.end ?? 0n)
    .enableMap('committed', commit.committed !== 0n)
    .resizeMap('committed', committedEntries(possibleCpus))
    .enableMap('kept_records', keepsRecords(options.events) || names.includes('on_ring_complete'))
    .resizeMap('kept_records', keptRecords(options.events))
    .enableProgram('on_sys_exit', hasCalls);
  for (const [name, kind] of Object.entries(kindOfMap)) opened.enableMap(name, options.events.has(kind));
  for (const name of commit.names) opened.enableProgram(name);
  if (ringSizes.activity > 0) {
    opened
      .resizeMap('activity', ringSizes.activity)
      .resizeMap('ring_users', ringUsers(possibleCpus))
      .setConstant('activity_size', BigInt(ringSizes.activity))
      .setConstant('quiet_room', BigInt(quietRoom(ringSizes.activity)));
  }
  return hasCalls;
}

/** Returns a mask: a bit per filter kind, and all higher bits for conditions. */
function maskOfKinds({ filterKinds: names, conditions }: KernelSideOptions): bigint {
  let word = conditions ? BigInt.asUintN(64, -1n << BigInt(filterKinds.length)) : 0n;
  for (const name of names) word |= 1n << BigInt(filterKinds.indexOf(name));
  return word;
}
