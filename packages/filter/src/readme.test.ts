import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('the example in the README runs', async () => {
  const example = readFileSync(new URL('../test/readme-example.ts', import.meta.url), 'utf8');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  // Its assertions are its own.
  await expect(import('../test/readme-example.js')).resolves.toBeDefined();
});
