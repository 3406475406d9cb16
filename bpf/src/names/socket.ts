import { type BitNames, bitNames } from './bits.js';
import { listedNames, type Names } from './names.js';

/** Types of sockets by number: include/linux/net.h. */
const types = 'unspec stream dgram raw rdm seqpacket dccp 7 8 9 packet'.split(' ');

export const socketTypes: Names<string> = listedNames(types, 'raw, dgram');

/** Flags of socket(), in that header: O_NONBLOCK and O_CLOEXEC. */
export const socketFlags: BitNames = [
  ...bitNames('SOCK_', 'NONBLOCK', 11),
  ...bitNames('SOCK_', 'CLOEXEC', 19),
];

/** Protocols of netlink sockets: include/uapi/linux/netlink.h. */
const protocols =
  `ROUTE UNUSED USERSOCK FIREWALL SOCK_DIAG NFLOG XFRM SELINUX ISCSI AUDIT FIB_LOOKUP CONNECTOR NETFILTER IP6_FW
DNRTMSG KOBJECT_UEVENT GENERIC DM SCSITRANSPORT ECRYPTFS RDMA CRYPTO SMC`.split(/\s+/);

export const netlinkProtocols: Names<string> = listedNames(
  protocols.map((name) => `NETLINK_${name}`),
  'NETLINK_ROUTE, NETLINK_AUDIT',
);
