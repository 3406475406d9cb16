import { accept } from './accept.js';
import { bind } from './bind.js';
import { bpf } from './bpf.js';
import { capset } from './capset.js';
import { chmod } from './chmod.js';
import { chown } from './chown.js';
import { connect } from './connect.js';
import { exec } from './exec.js';
import { execFailed } from './exec-failed.js';
import { exit } from './exit.js';
import { fork } from './fork.js';
import { ioUring } from './io-uring.js';
import { kill } from './kill.js';
import { link } from './link.js';
import { listen } from './listen.js';
import { mkdir } from './mkdir.js';
import { moduleLoad } from './module-load.js';
import { mount } from './mount.js';
import { open } from './open.js';
import { ptrace } from './ptrace.js';
import { rename } from './rename.js';
import { setgid } from './setgid.js';
import { setuid } from './setuid.js';
import { unlink } from './unlink.js';

/** One line an event that has something to say about its JSON. */
export const presentations = [
  fork,
  exec,
  exit,
  open,
  connect,
  unlink,
  rename,
  chmod,
  chown,
  mkdir,
  bind,
  listen,
  accept,
  kill,
  ptrace,
  setuid,
  setgid,
  capset,
  mount,
  moduleLoad,
  bpf,
  ioUring,
  execFailed,
  link,
];
