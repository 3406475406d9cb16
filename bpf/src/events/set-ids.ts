import { SetIdsCall, setIdsCallNames } from '../../gen/index.js';
import { namesOf } from '../names/names.js';
import { field } from './field.js';
import { error, named, u32 } from './fields.js';

const argumentCount: Readonly<Record<number, number>> = {
  [SetIdsCall.SETIDS_SETRE]: 2,
  [SetIdsCall.SETIDS_SETRES]: 3,
};

interface Request {
  readonly call: number;
  readonly requested: readonly number[];
}

/** As many ids as the call takes; null for no change. */
const requestedIds = ({ call, requested }: Request): (number | null)[] =>
  requested.slice(0, argumentCount[call] ?? 1).map((id) => (id === 0xffffffff ? null : id));

/** `setresuid` of the calls for `uid`. */
const callsFor = (id: 'uid' | 'gid') =>
  namesOf(
    (call) => (setIdsCallNames[call] === undefined ? String(call) : `${setIdsCallNames[call]}${id}`),
    Object.keys(setIdsCallNames).map(Number),
    `set${id}, setres${id}`,
  );

/** The fields that setuid and setgid have in common. */
export function setIdsFields(id: 'uid' | 'gid') {
  const suffix = id === 'uid' ? 'Uid' : 'Gid';
  const after = 'After the call, in the initial user namespace.';
  return {
    call: named(callsFor(id), `set${id}, setre${id}, setres${id} or setfs${id}.`),
    requested: field<(number | null)[]>()({
      form: { type: 'custom', value: requestedIds },
      schema: { type: 'array', items: { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }] } },
      description: 'The arguments, in the user namespace of the caller; null for no change.',
    }),
    real: u32(`Real ${id}. ${after}`, { from: `real${suffix}` }),
    effective: u32(`Effective ${id}. ${after}`, { from: `effective${suffix}` }),
    saved: u32(`Saved ${id}. ${after}`, { from: `saved${suffix}` }),
    filesystem: u32(`Filesystem ${id}. ${after}`, { from: `filesystem${suffix}` }),
    error: error(),
  };
}
