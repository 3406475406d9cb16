import { XattrCall, xattrCallNames } from '../../gen/index.js';
import { atFlags, xattrFlags } from '../names/file-flags.js';
import { namesOf } from '../names/names.js';
import { declareEvent } from './field.js';
import { error, flags, named, namedFile, text, u64 } from './fields.js';

const calls = namesOf(
  (call) => xattrCallNames[call] ?? String(call),
  Object.keys(xattrCallNames).map(Number),
  'setxattr, removexattr',
);

export const setxattr = declareEvent({
  summary: 'An attribute of a file was set or removed, or the attempt failed.',
  notes: [
    'Access lists (system.posix_acl_access) and file capabilities (security.capability) are attributes.',
    'Not seen: attributes that a ring sets (io_uring). The event io-uring names the operations SETXATTR and FSETXATTR ' +
      'once per ring.',
  ],
  data: {
    call: named(calls, 'setxattr, lsetxattr, fsetxattr, setxattrat, removexattr …'),
    attribute: text('The name of the attribute, as the caller gave it: user.note, security.capability.'),
    ...namedFile(),
    valueSize: u64('Bytes of the value, of the calls that set one.', {
      when: [
        {
          field: 'call',
          is: [
            XattrCall.XATTR_SETXATTR,
            XattrCall.XATTR_LSETXATTR,
            XattrCall.XATTR_FSETXATTR,
            XattrCall.XATTR_SETXATTRAT,
          ],
        },
      ],
    }),
    xattrFlags: flags(xattrFlags, 'XATTR_CREATE'),
    flags: flags(atFlags, 'AT_SYMLINK_NOFOLLOW'),
    error: error(),
  },
});
