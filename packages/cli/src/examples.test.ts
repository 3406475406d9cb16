import { RecordingWriter } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';
import { exampleTest } from '../../../scripts/lib/example-test.js';

await exampleTest(new URL('..', import.meta.url), {
  prepare: async () => {
    await using writer = await RecordingWriter.create('build.spoor');
    writer.add(fakeRecord('open', { comm: 'cc', path: 'main.c' }));
  },
});
