import { bpfCommandName, bpfMapTypeName, bpfProgramTypeName } from '../names/bpf.js';
import type { Event } from '../types.js';
import { errorEntry } from './parts.js';
import { charsEntry, present, schemas } from './presentation.js';

const BPF_MAP_CREATE = 0;
const BPF_PROG_LOAD = 5;

export const bpf = present({
  kind: 'bpf',
  summary: 'The bpf() call.',
  schema: (t) =>
    t.Object({
      command: t.String({ description: 'BPF_PROG_LOAD …; the number of a command without a name.' }),
      result: t.Optional(t.Integer({ minimum: 0, description: 'Often a file descriptor.' })),
      type: t.Optional(t.String({ description: 'Of the program or map that was made: xdp, lru_hash …' })),
      name: t.Optional(t.String({ description: 'Its name.' })),
      nameRaw: t.Optional(schemas.hex(t)),
      id: t.Optional(schemas.u32(t, 'Its id, when it was made.')),
      error: schemas.error(t),
    }),
  data: (event) => ({
    command: bpfCommandName(event.command),
    ...(event.result >= 0 && { result: event.result }),
    ...made(event),
    ...errorEntry(event.result),
  }),
});

function made(event: Event<'bpf'>): { type?: string; name?: string; nameRaw?: string; id?: number } {
  if (event.command !== BPF_PROG_LOAD && event.command !== BPF_MAP_CREATE) return {};
  const typeName = event.command === BPF_PROG_LOAD ? bpfProgramTypeName : bpfMapTypeName;
  return {
    type: typeName(event.type),
    ...charsEntry(event, 'name', 'name'),
    ...(event.id !== 0 && { id: event.id }),
  };
}
