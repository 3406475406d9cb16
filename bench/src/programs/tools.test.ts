import { expect, test } from 'vitest';
import { reasonOf } from './tools.js';

test.each([
  [
    `npm error code SELF_SIGNED_CERT_IN_CHAIN
npm error errno SELF_SIGNED_CERT_IN_CHAIN
npm error request to https://registry.npmjs.org/node failed, reason: self-signed certificate in certificate chain
npm error A complete log of this run can be found in: /root/.npm/_logs/2026-11-29T04_09_46_833Z-debug-0.log
`,
    'request to https://registry.npmjs.org/node failed, reason: self-signed certificate in certificate chain',
  ],
  [
    'npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://r/x\nnpm ERR! 404 \n',
    '404 Not Found - GET https://r/x',
  ],
  ['npm error code EACCES\n', 'npm says no more'],
  ['', 'npm says no more'],
])('of what npm prints, what was wrong is told: %j', (output, reason) => {
  expect(reasonOf(output)).toBe(reason);
});
