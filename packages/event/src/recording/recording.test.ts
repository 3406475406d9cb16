import { tmpdir } from 'node:os';
import type { StructLayout } from '@spoor/btf';
import { describe, expect, it } from 'vitest';
import { append, context, linesOf, openAt, temporaryPaths, write } from '../../test/recordings.js';
import { fakeRecord } from '../testing.js';
import { EventDecoder } from '../view/decoder.js';
import { eventLayouts } from '../view/generated-layouts.js';
import type { EventLayouts } from '../view/layouts.js';
import { canCompress } from './compress.js';
import { openRecording } from './open-recording.js';
import { RecordingWriter } from './writer.js';

const newPath = temporaryPaths();

describe('a recording', () => {
  it.each(['none', 'deflate', 'zstd'] as const)(
    'replays to the same lines, compressed by %s',
    async (compression) => {
      if (!canCompress(compression)) {
        await expect(write(newPath(), 1, { compression })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
        return;
      }
      const live = new EventDecoder({ context });
      const expected = Array.from({ length: 500 }, (_, index) => JSON.stringify(live.decode(openAt(index))));
      const path = await write(newPath(), 500, { compression, blockSize: 4096 });
      expect(await linesOf(path)).toEqual(expected);
    },
  );

  it('says what it is, and that it is whole', async () => {
    const path = newPath();
    const writer = await RecordingWriter.create(path, { context, facts: { kernel: '6.18' } });
    append(writer, openAt(1));
    await writer.close({ dropped: 3 });
    await using recording = await openRecording(path);
    expect(recording.header.facts).toEqual({ kernel: '6.18' });
    expect(recording.header.context).toEqual(context);
    expect(recording.header.layouts).toEqual(JSON.parse(JSON.stringify(eventLayouts)));
    const seen: string[] = [];
    const end = await recording.each((event) => seen.push(event.kind));
    expect(seen).toEqual(['open']);
    expect(end).toEqual({ complete: true, position: recording.size, facts: { dropped: 3 } });
    expect(recording.records).toBe(1);
    expect(recording.position).toBe(recording.size);
  });

  it('keeps drops, gaps and new contexts where they happened', async () => {
    const path = newPath();
    const writer = await RecordingWriter.create(path, { context });
    append(writer, openAt(1));
    writer.mark({ kind: 'drops', timeNs: 5n, drops: { open: { 'ring-full': 7 } } });
    writer.setContext({ ...context, scopeNames: ['renamed'] });
    append(writer, openAt(2));
    writer.mark({ kind: 'gap', reason: 'resync', position: 2n ** 60n });
    await writer.close();
    await using recording = await openRecording(path);
    const seen: unknown[] = [];
    for await (const event of recording) seen.push(event.kind === 'open' ? event.scopes : event);
    expect(seen).toEqual([
      ['build'],
      { kind: 'drops', timeNs: 5n, drops: { open: { 'ring-full': 7 } } },
      ['renamed'],
      { kind: 'gap', reason: 'resync', position: 2n ** 60n },
    ]);
  });

  it('takes records larger than a block, and empty ones', async () => {
    const path = newPath();
    const writer = await RecordingWriter.create(path, { context, blockSize: 64 });
    const large = fakeRecord('open', { path: 'x'.repeat(60_000) });
    append(writer, large);
    append(writer, new Uint8Array(0));
    append(writer, openAt(1));
    await writer.close();
    await using recording = await openRecording(path);
    const kinds: string[] = [];
    for await (const event of recording) kinds.push(event.kind);
    expect(kinds).toEqual(['open', 'malformed', 'open']);
  });

  it('is in the file after flush, whatever becomes of the process', async () => {
    const path = newPath();
    const writer = await RecordingWriter.create(path, { context });
    append(writer, openAt(1));
    await writer.flush();
    await using recording = await openRecording(path);
    expect(await recording.each(() => {})).toMatchObject({
      complete: false,
      reason: 'cut',
      position: recording.size,
    });
    expect(recording.records).toBe(1);
    await writer.close();
  });

  it('asks for a pause when the disk is behind', async () => {
    const writer = await RecordingWriter.create(newPath(), { context, blockSize: 256 });
    let paused = 0;
    for (let index = 0; index < 200; index++)
      if (!append(writer, openAt(index))) {
        paused++;
        await writer.drained();
      }
    expect(paused).toBeGreaterThan(0);
    expect(paused).toBeLessThan(200);
    await writer.close();
    expect((await linesOf(writer.path)).length).toBe(200);
  });

  it('reports what cannot be opened, written or used again', async () => {
    await expect(RecordingWriter.create('/nowhere/file')).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
    });
    await expect(openRecording('/nowhere/file')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(openRecording(tmpdir())).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    const odd = RecordingWriter.create(newPath(), { blockSize: 7 });
    await expect(odd).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    const writer = await RecordingWriter.create(newPath());
    await writer.close();
    expect(() => append(writer, openAt(1))).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
  });

  it.runIf(process.platform === 'linux')('reports a full disk', async () => {
    const writing = RecordingWriter.create('/dev/full');
    await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});

describe('a recording with other layouts', () => {
  const without = (layout: StructLayout, name: string): StructLayout => ({
    ...layout,
    fields: layout.fields.filter((field) => field.name !== name),
  });

  async function replay(layouts: EventLayouts, record: Uint8Array) {
    const path = newPath();
    const writer = await RecordingWriter.create(path, { context, layouts });
    append(writer, record);
    await writer.close();
    const [line] = await linesOf(path);
    return JSON.parse(line!) as { data: Record<string, unknown> };
  }

  it('replays an older one: what it has not is zero or empty', async () => {
    const open = eventLayouts.events['open']!;
    const exec = eventLayouts.events['exec']!;
    const layouts = {
      ...eventLayouts,
      events: { ...eventLayouts.events, open: without(open, 'path'), exec: without(exec, 'argv') },
    };
    const opened = await replay(layouts, fakeRecord('open', { result: 3n }, layouts));
    expect(opened.data).toMatchObject({ path: '', fd: 3 });
    const executed = await replay(layouts, fakeRecord('exec', { argc: 1, path: '/bin/sh' }, layouts));
    expect(executed.data).toMatchObject({ path: '/bin/sh', argv: [], argvTruncated: true });
  });

  it('replays an exec from before credentials were recorded without any', async () => {
    const first = ['header', 'inode', 'device', 'argc', 'previous_comm', 'path', 'filename', 'argv'];
    const layout = eventLayouts.events['exec']!;
    const exec = { ...layout, fields: layout.fields.filter(({ name }) => first.includes(name)) };
    expect(exec.fields).toHaveLength(first.length);
    const layouts = { ...eventLayouts, events: { ...eventLayouts.events, exec } };
    const fields = { path: '/bin/sh', filename: 'sh', argv: ['sh'], argc: 1, previousComm: 'a' };
    const { data } = await replay(layouts, fakeRecord('exec', fields, layouts));
    expect(data).toEqual({ ...fields, argvBytes: 3, argvTruncated: false, device: '0:0', inode: '0' });
  });

  it('replays an exit from before accounts were recorded without any', async () => {
    const first = ['header', 'duration_ns', 'code', 'signal', 'core_dumped'];
    const layout = eventLayouts.events['exit']!;
    const exit = { ...layout, fields: layout.fields.filter(({ name }) => first.includes(name)) };
    const layouts = { ...eventLayouts, events: { ...eventLayouts.events, exit } };
    const { data } = await replay(layouts, fakeRecord('exit', { code: 1, durationNs: 2n }, layouts));
    expect(data).toEqual({ code: 1, signal: null, coreDumped: false, durationNs: '2' });
  });

  it('replays one whose fields had another place and width', async () => {
    const open = eventLayouts.events['open']!;
    const [header, ...rest] = open.fields;
    const own = rest.filter(({ name }) => name !== 'result');
    const narrow = {
      name: 'result',
      offset: open.size,
      layout: { kind: 'int', size: 4, signed: true },
    } as const;
    const layout: StructLayout = { ...open, size: open.size + 8, fields: [header!, ...own, narrow] };
    const layouts = { ...eventLayouts, events: { ...eventLayouts.events, open: layout } };
    const record = fakeRecord('open', { result: -13 as never, path: '/x' }, layouts);
    expect((await replay(layouts, record)).data).toMatchObject({ path: '/x', error: 'EACCES' });
  });

  it('shows an event that this version does not know field by field', async () => {
    const layouts: EventLayouts = {
      ...eventLayouts,
      kinds: { ...eventLayouts.kinds, 'new-thing': 200 },
      events: { ...eventLayouts.events, 'new-thing': eventLayouts.events['fork']! },
    };
    const line = await replay(layouts, fakeRecord('new-thing' as 'fork', { childTgid: 5 }, layouts));
    expect(line).toMatchObject({
      event: 'new-thing',
      data: { childTgid: 5, childTid: 0, childStartTimeNs: '0' },
    });
  });
});
