import { capabilityNames } from '../names/capability.js';
import { errorEntry } from './parts.js';
import { present, type SchemaBuilder, schemas } from './presentation.js';

const capabilities = (t: SchemaBuilder, description: string) =>
  t.Array(t.String({ pattern: '^CAP_[A-Z0-9_]+$' }), { description });

export const capset = present({
  kind: 'capset',
  summary: 'A thread asked for other capabilities.',
  schema: (t) =>
    t.Object({
      effective: capabilities(t, 'After the call.'),
      permitted: capabilities(t, 'After the call.'),
      inheritable: capabilities(t, 'After the call.'),
      requested: t.Optional(
        t.Object(
          {
            effective: capabilities(t, ''),
            permitted: capabilities(t, ''),
            inheritable: capabilities(t, ''),
          },
          { description: 'What a failed call asked for (flag user-memory).', additionalProperties: false },
        ),
      ),
      error: schemas.error(t),
    }),
  data: (event) => ({
    effective: capabilityNames(event.effective),
    permitted: capabilityNames(event.permitted),
    inheritable: capabilityNames(event.inheritable),
    ...(event.result < 0 && {
      requested: {
        effective: capabilityNames(event.requestedEffective),
        permitted: capabilityNames(event.requestedPermitted),
        inheritable: capabilityNames(event.requestedInheritable),
      },
    }),
    ...errorEntry(event.result),
  }),
});
