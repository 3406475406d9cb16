import { filterKindSuite } from '../../test/filter-kind.js';

const long = `/${'x'.repeat(250)}`;

filterKindSuite('exe', {
  rows: [
    ['exe=/bin/ls', { exe: '/bin/ls' }, { exe: '/bin/lsof' }],
    ['exe=/usr/bin/*', { exe: '/usr/bin/env' }, { exe: '/usr/binary' }],
    ['exe=*.sh', { exe: '/a.sh' }, { exe: '/a.shx' }],
    ['exe=""', { exe: '' }, { exe: '/' }],
    // A script is named by its interpreter and by its own path; != means neither.
    ['exe=*.sh,*.py', { exe: '/bin/dash', script: '/a.sh' }, { exe: '/bin/dash', script: '/a.pl' }],
    ['exe=/bin/dash', { exe: '/bin/dash', script: '/a.sh' }, { exe: '/bin/bash', script: '/a.sh' }],
    ['exe!=*.sh', { exe: '/bin/dash', script: '/a.py' }, { exe: '/bin/dash', script: '/a.sh' }],
    ['exe!=/bin/*', { exe: '/sbin/x' }, { exe: '/bin/dash', script: '/a.sh' }],
    ['exe!=""', { exe: '/bin/ls', script: '' }, { exe: '', script: '' }],
    ['exe!=/usr/*,/opt/*', { exe: '/bin/sh' }, { exe: '/opt/x' }],
    [`exe=${long}`, { exe: long }, { exe: `${long}y` }],
    ['exe=/usr/* exe!=/usr/bin/*', { exe: '/usr/lib/x' }, { exe: '/usr/bin/x' }],
  ],
  wrong: [
    [`exe=${long}xx`, /253 bytes exceed the limit of 251/],
    [`exe=*${long}`, /251 bytes exceed the limit of 128/],
  ],
});
