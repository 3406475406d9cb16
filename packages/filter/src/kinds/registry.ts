/**
 * The filter kinds, one line per header in `bpf/filters/registry.h`. `filter-kinds.ts` has a type
 * error if a line is missing.
 */

export { kind as cgroup } from './cgroup.js';
export { kind as comm } from './comm.js';
export { kind as container } from './container.js';
export { kind as egid } from './egid.js';
export { kind as euid } from './euid.js';
export { kind as exe } from './exe.js';
export { kind as gid } from './gid.js';
export { kind as mntns } from './mntns.js';
export { kind as netns } from './netns.js';
export { kind as new } from './new.js';
export { kind as pid } from './pid.js';
export { kind as pidns } from './pidns.js';
export { kind as ppid } from './ppid.js';
export { kind as tid } from './tid.js';
export { kind as tree } from './tree.js';
export { kind as uid } from './uid.js';
export { kind as uts } from './uts.js';
