import { capabilityNames } from '../names/capability.js';
import { declareEvent, field } from './field.js';
import { capabilities, error, failed } from './fields.js';

interface Requested {
  readonly requestedEffective: bigint;
  readonly requestedPermitted: bigint;
  readonly requestedInheritable: bigint;
}

type CapabilitySets = Record<'effective' | 'permitted' | 'inheritable', string[]>;

const setSchema = { type: 'array', items: { type: 'string', pattern: '^CAP_[A-Z0-9_]+$' } };

export const capset = declareEvent({
  summary: 'A thread asked to change its capabilities.',
  data: {
    effective: capabilities('After the call.'),
    permitted: capabilities('After the call.'),
    inheritable: capabilities('After the call.'),
    requested: field<CapabilitySets>()(
      {
        form: {
          type: 'custom',
          value: (event: Requested): CapabilitySets => ({
            effective: capabilityNames(event.requestedEffective),
            permitted: capabilityNames(event.requestedPermitted),
            inheritable: capabilityNames(event.requestedInheritable),
          }),
        },
        schema: {
          type: 'object',
          properties: { effective: setSchema, permitted: setSchema, inheritable: setSchema },
          required: ['effective', 'permitted', 'inheritable'],
          additionalProperties: false,
        },
        description: 'What a failed call asked for (flag user-memory).',
      },
      { when: failed },
    ),
    error: error(),
  },
});
