import { expect, it } from 'vitest';
import { invented } from '../../test/lines.js';
import { jsonRenderer } from './json.js';

const { event: render } = jsonRenderer();

it('writes one object a line, equal to the event in JSON', () => {
  const event = invented('exec', { comm: 'sh', argv: ['sh', '-c', 'a\nb'], argc: 3, path: '/bin/sh' });
  const line = render(event);
  expect(line).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(event)));
});

it('writes nothing that a terminal obeys, and loses none of it', () => {
  const hostile = '\x1b[31m\x7f\x9b31m\u202e\u2028\ufeff\u{e0041}é☃';
  const event = invented('open', { path: hostile });
  const line = render(event);
  expect(line).toMatch(/^[ -~é☃]+\n$/);
  expect(JSON.parse(line).data.path).toBe(hostile);
});
