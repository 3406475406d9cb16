import type { Attachment, Site } from './attachment.js';
import { whole } from './fields.js';
import { type AttachKind, attachKind } from './kind.js';
import { failed, type Reasons } from './refusal.js';
import type { SocketTarget } from './targets.js';

/** `SOL_SOCKET` and options of `asm-generic/socket.h`. */
const SOL_SOCKET = 1;
const filter = { attach: 50, detach: 27 };
const reusePort = { attach: 52, detach: 68 };

const notSocket = ['it is not a socket', 'Give the descriptor of a socket that is open.'] as const;
const reasons: Reasons = {
  EBADF: notSocket,
  ENOTSOCK: notSocket,
  EINVAL: ['the socket does not take it', 'A program of sk_reuseport wants a socket with SO_REUSEPORT.'],
};

const ofSocket = (option: { readonly attach: number; readonly detach: number }): AttachKind =>
  attachKind<SocketTarget>({ socket: whole }, (site, { socket }) => attachOption(site, socket, option));

export const socketFilter = ofSocket(filter);
export const reusePortProgram = ofSocket(reusePort);

function attachOption(
  site: Site,
  socket: number,
  option: { readonly attach: number; readonly detach: number },
): Attachment {
  const { libc, driver } = site.native;
  const value = Int32Array.of(site.fd);
  if (libc.setsockopt(socket, SOL_SOCKET, option.attach, value, 4) !== 0) {
    throw failed(site, `${site.section} of the descriptor ${socket}`, driver.errno(), reasons);
  }
  return {
    fd: -1,
    type: 'socket',
    detach: () => libc.setsockopt(socket, SOL_SOCKET, option.detach, value, 4),
  };
}
