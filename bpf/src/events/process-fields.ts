import { type FieldOptions, field, type IdentityFacts, type JsonSchema } from './field.js';
import { chars, isNotZero, u32, u64 } from './fields.js';

/** Fields about other processes. */

export const processIdSchema: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{16}$' };

/** The identity of another process, by the fields of the record with its id and start time. */
export const processIdOf = <const Options extends FieldOptions = FieldOptions>(
  [tgid, startTimeNs]: readonly [tgid: string, startTimeNs: string],
  description: string,
  options?: Options,
) =>
  field<string>()(
    {
      form: {
        type: 'custom',
        value: (event: IdentityFacts & Readonly<Record<string, never>>) =>
          event._processId(event[tgid]!, event[startTimeNs]!),
      },
      schema: processIdSchema,
      description,
    },
    { ...options, optional: true as const },
  );

/** The task that a call was about, when the kernel reported it. */
export const target = () => ({
  targetTgid: u32('The other process, in the initial namespace.', { when: isNotZero('targetTgid') }),
  targetTid: u32('The other thread; left out when all of the process is meant.', {
    when: [...isNotZero('targetTgid'), ...isNotZero('targetTid')],
  }),
  targetComm: chars('Name of the other task.', { when: isNotZero('targetTgid') }),
  targetStartTimeNs: u64('Start of the other process, CLOCK_BOOTTIME: with targetTgid, its identity.', {
    when: isNotZero('targetTgid'),
  }),
  targetProcessId: processIdOf(
    ['targetTgid', 'targetStartTimeNs'],
    'Identity of the other process on all machines, as processId of its own events.',
    { when: isNotZero('targetTgid') },
  ),
});
