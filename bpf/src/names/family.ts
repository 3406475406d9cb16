import { listedNames, type Names } from './names.js';

/** Address families by number: include/linux/socket.h. People say `inet6`, not `AF_INET6`. */
const names =
  `unspec unix inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose decnet netbeui security key netlink packet
ash econet atmsvc rds sna irda pppox wanpipe llc ib mpls can tipc bluetooth iucv rxrpc isdn phonet ieee802154 caif alg
nfc vsock kcm qipcrtr smc xdp mctp`.split(/\s+/);

export const families: Names<string> = listedNames(names, 'inet, inet6, unix');
