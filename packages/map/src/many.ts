import { WordView } from '@spoor/btf';
import { type BatchResult, errno, SpoorError } from '@spoor/core';
import { batchBuffers } from './access.js';
import { valueBufferSize } from './kinds.js';
import { isUnsupported, mapFailure } from './map-failure.js';
import type { SetMode, TypedMap } from './typed-map.js';

/** Entries that go to the kernel at once. */
const BATCH = 256;

/** See `TypedMap.setMany`. The kernel's batches take no mode, so only `any` goes by batches. */
export function setEach<K, V>(
  map: TypedMap<K, V>,
  entries: Iterable<readonly [K, V]>,
  mode: SetMode,
): number {
  const { raw, keyCodec, valueCodec } = map;
  const { keySize } = raw;
  let stored = 0;
  const one = (key: K, value: V): void => {
    try {
      if (map.set(key, value, mode)) stored++;
    } catch (cause) {
      throw withDone(cause, stored);
    }
  };
  if (mode !== 'any' || raw.updateBatch === undefined) {
    for (const [key, value] of entries) one(key, value);
    return stored;
  }
  const buffers = batchBuffers(raw, BATCH);
  const keyView = new WordView(buffers.keys.buffer);
  const valueView = new WordView(buffers.values.buffer);
  const stride = valueBufferSize(raw);
  const send = (filled: number): void => {
    const { status, done } = raw.updateBatch!(buffers.keys, buffers.values, filled, 0);
    if (lacksBatches(status, done)) {
      for (let index = 0; index < filled; index++)
        one(keyCodec.read(keyView, index * keySize), valueCodec.read(valueView, index * stride));
      return;
    }
    stored += done;
    if (status !== 0) throw withDone(mapFailure(raw, 'bpf_map_update_batch', status), stored);
  };
  let count = 0;
  for (const entry of entries) {
    keyCodec.write(keyView, count * keySize, entry[0]);
    valueCodec.write(valueView, count * stride, entry[1]);
    if (++count < BATCH) continue;
    send(count);
    count = 0;
  }
  if (count > 0) send(count);
  return stored;
}

/**
 * See `TypedMap.deleteMany`. A batch stops at the first key that is not there; the rest is a batch
 * of its own.
 */
export function deleteEach<K>(map: TypedMap<K, unknown>, keys: Iterable<K>): number {
  const { raw } = map;
  let deleted = 0;
  if (raw.deleteBatch === undefined) {
    for (const key of keys) if (map.delete(key)) deleted++;
    return deleted;
  }
  const bytes = new Uint8Array(raw.keySize * BATCH);
  const view = new DataView(bytes.buffer);
  for (const group of groups(keys)) {
    group.forEach((key, index) => {
      map.keyCodec.write(view, index * raw.keySize, key);
    });
    for (let start = 0; start < group.length; ) {
      const result: BatchResult = raw.deleteBatch(bytes.subarray(start * raw.keySize), group.length - start);
      if (lacksBatches(result.status, result.done)) {
        if (map.delete(group[start]!)) deleted++;
        start++;
        continue;
      }
      deleted += result.done;
      start += result.done;
      if (result.status === -errno.ENOENT) start++;
      else if (result.status !== 0) throw mapFailure(raw, 'bpf_map_delete_batch', result.status);
    }
  }
  return deleted;
}

/** Old kernels say EINVAL to a batch that the kind does not have. */
function lacksBatches(status: number, done: number): boolean {
  return done === 0 && (isUnsupported(status) || status === -errno.EINVAL);
}

function* groups<T>(items: Iterable<T>): Generator<T[], void, undefined> {
  let group: T[] = [];
  for (const item of items) {
    if (group.push(item) < BATCH) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function withDone(cause: unknown, done: number): unknown {
  if (!(cause instanceof SpoorError)) return cause;
  return new SpoorError(cause.code, cause.message, {
    ...(cause.remedy === undefined ? {} : { remedy: cause.remedy }),
    ...(cause.call === undefined ? {} : { call: cause.call }),
    ...(cause.errno === undefined ? {} : { errno: cause.errno }),
    details: { ...cause.details, done },
    cause,
  });
}
