import { SetIdsCall, setIdsCallNames } from '@spoor/bpf';
import { type SchemaBuilder, schemas } from './presentation.js';

/** What setuid() and setgid() and their kin have in common. */

/** `setresuid` for the calls of `uid`. */
export function setIdsCall(call: number, id: 'uid' | 'gid'): string {
  const name = setIdsCallNames[call];
  return name === undefined ? String(call) : `${name}${id}`;
}

const argumentCount: Readonly<Record<number, number>> = {
  [SetIdsCall.SETIDS_SETRE]: 2,
  [SetIdsCall.SETIDS_SETRES]: 3,
};

/** As many as the call has; null where it asks for no change. */
export function requestedIds(call: number, ids: readonly number[]): (number | null)[] {
  return ids.slice(0, argumentCount[call] ?? 1).map((id) => (id === 0xffffffff ? null : id));
}

export const setIdsSchema = (t: SchemaBuilder, id: 'uid' | 'gid') => ({
  call: t.String({ description: `set${id}, setre${id}, setres${id} or setfs${id}.` }),
  requested: t.Array(t.Union([t.Integer({ minimum: 0 }), t.Null()]), {
    description: 'The arguments, in the user namespace of the caller; null for no change.',
  }),
  real: schemas.u32(t, 'After the call, in the initial user namespace.'),
  effective: schemas.u32(t, 'Likewise.'),
  saved: schemas.u32(t, 'Likewise.'),
  filesystem: schemas.u32(t, 'Likewise.'),
  error: schemas.error(t),
});
