import { type BitNames, bitNames } from './bits.js';

/** `AT_` flags of calls on names: include/uapi/linux/fcntl.h. */
export const atFlags: BitNames = bitNames(
  'AT_',
  'SYMLINK_NOFOLLOW REMOVEDIR SYMLINK_FOLLOW NO_AUTOMOUNT EMPTY_PATH',
  8,
);

/** Flags of renameat2(): include/uapi/linux/fs.h. */
export const renameFlags: BitNames = bitNames('RENAME_', 'NOREPLACE EXCHANGE WHITEOUT');

/**
 * Flags of mount(): include/uapi/linux/mount.h. The upper half may hold a magic number that old
 * programs add.
 */
export const mountFlags: BitNames = [
  [0xc0ed0000, 'MS_MGC_VAL'],
  ...bitNames(
    'MS_',
    `RDONLY NOSUID NODEV NOEXEC SYNCHRONOUS REMOUNT MANDLOCK DIRSYNC NOSYMFOLLOW - NOATIME NODIRATIME BIND MOVE REC
SILENT POSIXACL UNBINDABLE PRIVATE SLAVE SHARED RELATIME KERNMOUNT I_VERSION STRICTATIME LAZYTIME`,
  ),
];

/** Flags of move_mount(), in the same header. */
export const moveMountFlags: BitNames = bitNames(
  'MOVE_MOUNT_',
  'F_SYMLINKS F_AUTOMOUNTS F_EMPTY_PATH - T_SYMLINKS T_AUTOMOUNTS T_EMPTY_PATH - SET_GROUP BENEATH',
);

/** Flags of setxattr(): include/uapi/linux/xattr.h. */
export const xattrFlags: BitNames = bitNames('XATTR_', 'CREATE REPLACE');

/** Flags of umount2(): include/linux/fs.h. */
export const umountFlags: BitNames = [...bitNames('MNT_', 'FORCE DETACH EXPIRE'), [8, 'UMOUNT_NOFOLLOW']];

/** Flags of finit_module(): include/uapi/linux/module.h. */
export const moduleFlags: BitNames = bitNames(
  'MODULE_INIT_',
  'IGNORE_MODVERSIONS IGNORE_VERMAGIC COMPRESSED_FILE',
);
