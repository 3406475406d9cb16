import { errno, errnoName, SpoorError } from '@spoor/core';
import { CStruct } from '../libc/c-memory.js';
import { onlineCpus } from '../libc/cpus.js';
import { type Attachment, libbpfLink, type Site } from './attachment.js';
import { oneOf, optional, unsigned64, whole } from './fields.js';
import { attachKind } from './kind.js';
import { failed } from './refusal.js';
import { openPerfEvent } from './system-calls.js';
import type { PerfEventName, PerfEventTarget } from './targets.js';

/** `PERF_TYPE_HARDWARE` and `PERF_TYPE_SOFTWARE` of `linux/perf_event.h`. */
const hardware = 0;
const software = 1;

/** Type and number of each counter: `enum perf_hw_id` and `enum perf_sw_ids`. */
const counters: Readonly<Record<PerfEventName, readonly [type: number, config: bigint]>> = {
  'cpu-cycles': [hardware, 0n],
  instructions: [hardware, 1n],
  'cache-references': [hardware, 2n],
  'cache-misses': [hardware, 3n],
  'branch-instructions': [hardware, 4n],
  'branch-misses': [hardware, 5n],
  'cpu-clock': [software, 0n],
  'task-clock': [software, 1n],
  'page-faults': [software, 2n],
  'context-switches': [software, 3n],
  'cpu-migrations': [software, 4n],
  'minor-faults': [software, 5n],
  'major-faults': [software, 6n],
};

/** `struct perf_event_attr` up to `aux_watermark` (`PERF_ATTR_SIZE_VER5`). */
const attributesSize = 112;
/** Of the bits at offset 40: the period is a frequency. */
const byFrequency = 1n << 10n;
const any = -1;

export const perfEvent = attachKind<PerfEventTarget>(
  {
    event: oneOf(...Object.keys(counters)),
    frequency: optional(whole),
    period: optional(whole),
    pid: optional(whole),
    cpu: optional(whole),
    cookie: optional(unsigned64),
  },
  (site, target) => {
    const { event, frequency, period } = target;
    if ((frequency === undefined) === (period === undefined)) {
      throw new SpoorError(
        'INVALID_VALUE',
        `${site.name} (${site.section}) wants either a frequency or a period`,
        { remedy: `For 99 runs per second: attach({ event: '${event}', frequency: 99 }).` },
      );
    }
    // A counter without a process counts on one CPU.
    const cpus = target.cpu === undefined ? (target.pid === undefined ? onlineCpus() : [any]) : [target.cpu];
    return together((attached) => {
      for (const cpu of cpus) attached.push(attachCounter(site, target, cpu));
    });
  },
);

function attachCounter(site: Site, target: PerfEventTarget, cpu: number): Attachment {
  const { event, frequency, period = 0, pid = any, cookie = 0 } = target;
  const { libbpf, driver } = site.native;
  const [type, config] = counters[event];
  const attributes = new CStruct(attributesSize, driver)
    .u32(0, type)
    .u32(4, attributesSize)
    .u64(8, config)
    .u64(16, BigInt(frequency ?? period))
    .u64(40, frequency === undefined ? 0n : byFrequency);
  const counter = openPerfEvent(site.native, attributes, pid, cpu);
  if (counter < 0) throw noCounter(site, target, -counter);
  const options = CStruct.options(16, driver).u64(8, BigInt(cookie));
  try {
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_perf_event_opts(site.handle, counter, options.bytes),
      where: `perf_event/${event}`,
      type: 'perf_event',
    });
  } catch (error) {
    site.native.libc.close(counter);
    throw error;
  }
}

function noCounter(site: Site, { event, pid, cpu }: PerfEventTarget, number: number): SpoorError {
  const call = { call: 'perf_event_open', errno: number };
  if (number === errno.ENOENT || number === errno.EOPNOTSUPP) {
    const message = `${site.name} cannot be attached: this machine has no counter '${event}'`;
    return new SpoorError('UNSUPPORTED', message, {
      ...call,
      remedy:
        "Use a counter of the kernel, such as 'cpu-clock': virtual machines often lack those of the CPU.",
    });
  }
  if (number === errno.EACCES || number === errno.EPERM) return failed(site, `perf_event/${event}`, number);
  const of = [pid === undefined ? '' : ` of process ${pid}`, cpu === undefined ? '' : ` on CPU ${cpu}`];
  const message = `${site.name} cannot be attached to ${event}${of.join('')}: ${errnoName(number)}`;
  return new SpoorError('ATTACH_FAILED', message, {
    ...call,
    remedy:
      'Give a process that lives, a CPU that is online, and at most as many runs per second as ' +
      '/proc/sys/kernel/perf_event_max_sample_rate.',
  });
}

/** Attaches several times, as one. If one fails, the others are detached. */
function together(attach: (attached: Attachment[]) => void): Attachment {
  const attached: Attachment[] = [];
  const detach = () => {
    for (const one of attached.reverse()) one.detach();
  };
  try {
    attach(attached);
  } catch (error) {
    detach();
    throw error;
  }
  const [first, second] = attached;
  if (first !== undefined && second === undefined) return first;
  return { fd: -1, type: 'perf_event', detach };
}
