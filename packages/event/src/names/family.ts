/** Address families by number: include/linux/socket.h. The names are those of people: `inet6`, not `AF_INET6`. */
const names =
  `unspec unix inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose decnet netbeui security key netlink packet
ash econet atmsvc rds sna irda pppox wanpipe llc ib mpls can tipc bluetooth iucv rxrpc isdn phonet ieee802154 caif alg
nfc vsock kcm qipcrtr smc xdp mctp`.split(/\s+/);

/** `inet6` for 10; the number itself, as text, for one without a name. */
export function familyName(family: number): string {
  return names[family] ?? String(family);
}
