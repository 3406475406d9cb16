import { exampleTest } from '../../../scripts/lib/example-test.js';

// `@spoor/object` documents receiveDescriptor.
await exampleTest(new URL('..', import.meta.url), { without: ['receiveDescriptor'] });
