import { openRecording } from '@spoor/event';
import { expect, it } from 'vitest';
import { capturedIo } from '../../test/captured-io.js';
import { run } from '../run.js';
import { tourRecording } from '../tour/recorded.js';

it('shows the recording, labelled as one, with its table and its tree', async () => {
  const io = capturedIo();
  expect(await run(['tour', '--recorded'], io)).toBe(0);
  const text = io.stdout();
  expect(text).toMatch(/^A RECORDING: /);
  for (const seen of [
    /exec +\/usr\/bin\/ls {2}ls -l/,
    /open +\/etc\/hosts /,
    /connect 127\.0\.0\.1:\d+/,
    /exit +status 3,/,
    /^sh tour\.sh .* exit 3 /m,
    /^ +.. sleep 0\.2 /m,
    /npm start -- trace/,
  ]) {
    expect(text).toMatch(seen);
  }
  expect(io.stderr()).toBe('');
});

it('ships a complete recording in which every record is an event', async () => {
  const recording = await openRecording(tourRecording);
  const kinds = new Set<string>();
  for await (const event of recording) kinds.add(event.kind);
  await recording.close();
  expect(kinds).toEqual(new Set(['fork', 'exec', 'exit', 'open', 'connect']));
  expect(recording.end?.complete).toBe(true);
  expect(new Set(Object.keys(recording.header.facts))).toEqual(new Set(['architecture', 'kernel']));
});
