import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('comm', {
  rows: [
    ['comm=node,npm', { comm: 'npm' }, { comm: 'npm2' }],
    ['comm=ba*', { comm: 'bash' }, { comm: 'abash' }],
    ['comm=*sh', { comm: 'bash' }, { comm: 'shell' }],
    ['comm!=ba*,*d', { comm: 'zsh' }, { comm: 'systemd' }],
    ['comm="a b",""', { comm: '' }, { comm: 'a' }],
    // Bytes that are no UTF-8 are compared as they are.
    ['comm=é', { comm: Uint8Array.of(0xc3, 0xa9) }, { comm: Uint8Array.of(0xe9) }],
    ['comm="*"', { comm: '*' }, { comm: 'x' }],
  ],
  wrong: [
    ['comm=aVeryLongTaskName', /17 bytes are longer than 15/],
    ['comm=a*b', /column 7: a star in the middle/],
    ['comm=*a*', /not both/],
    ['comm="a', /column 6: this quote does not end/],
    ['comm>a', /comm does not know >/],
    ['comm="\\u{0}"', /this is not the number of a character/],
  ],
});
