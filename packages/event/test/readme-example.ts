import assert from 'node:assert/strict';
import { escapeText } from '@spoor/core';
import { EventDecoder, openRecording, RecordingWriter } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';

const decoder = new EventDecoder({ context: { clockOffsetNs: 1_700_000_000_000_000_000n } });

// An event that owns its memory. A field is decoded when it is read.
const record = fakeRecord('open', { comm: 'cat', path: '/etc/passwd', result: 3n, flags: 0o2000000 });
const event = decoder.decode(record);
assert.equal(event.kind === 'open' && event.path, '/etc/passwd');

// The object of a JSON line. Each line has a JSON Schema: eventSchemas of @spoor/event/schemas.
const { time, data } = JSON.parse(JSON.stringify(event));
assert.equal(time, '2023-11-14T22:13:20.000000000Z');
assert.deepEqual(data, { path: '/etc/passwd', flags: 'O_RDONLY|O_CLOEXEC', fd: 3 });

// A recording is the raw records with the layouts that they were made with: it replays anywhere.
const writer = await RecordingWriter.create('/tmp/example.spoor', { context: decoder.context });
writer.add(record);
await writer.close();

const recording = await openRecording('/tmp/example.spoor');
const end = await recording.each((lent) => {
  // The fast way: the event is another one, or gone, after the call. `decoder.handler` does the
  // same for the rings of @spoor/object: reader.drain(decoder.handler((lent) => …)).
  assert.equal(JSON.stringify(lent), JSON.stringify(event));
});
assert.equal(end.complete, true);
await recording.close();

// Names come from outside: print them so that no terminal obeys them.
assert.equal(escapeText('\x1b[2J\u202e'), '\\x1b[2J\\u{202e}');
