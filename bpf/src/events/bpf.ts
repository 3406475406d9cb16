import { bpfCommands, bpfMapTypeName, bpfProgramTypeName } from '../names/bpf.js';
import { declareEvent, field, type Test } from './field.js';
import { chars, error, isNotZero, named, result, u32 } from './fields.js';

const BPF_MAP_CREATE = 0;
const BPF_PROG_LOAD = 5;

const creates: readonly Test[] = [{ field: 'command', is: [BPF_MAP_CREATE, BPF_PROG_LOAD] }];

interface Created {
  readonly command: number;
  readonly type: number;
}

export const bpf = declareEvent({
  summary: 'A process called bpf().',
  data: {
    command: named(bpfCommands, 'BPF_PROG_LOAD …; the number of a command without a name.'),
    result: result('Often a file descriptor.'),
    type: field<string>()(
      {
        form: {
          type: 'custom',
          value: ({ command, type }: Created) =>
            command === BPF_PROG_LOAD ? bpfProgramTypeName(type) : bpfMapTypeName(type),
        },
        schema: { type: 'string' },
        description: 'Type of the program or map that was created: xdp, lru_hash …',
      },
      { when: creates },
    ),
    name: chars('Name of the program or map.', { when: creates }),
    id: u32('Id of the program or map, when it was created.', { when: [...creates, ...isNotZero('id')] }),
    error: error(),
  },
});
