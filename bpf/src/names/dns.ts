/** Response codes: https://www.iana.org/assignments/dns-parameters */
const codes =
  'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE DSOTYPENI'.split(
    ' ',
  );
const extendedCodes = 'BADVERS BADKEY BADTIME BADMODE BADNAME BADALG BADTRUNC BADCOOKIE'.split(' ');
const BADVERS = 16;

/** `NXDOMAIN`; `RCODE24` for a code without a name. */
export const dnsCodeName = (code: number): string =>
  codes[code] ?? extendedCodes[code - BADVERS] ?? `RCODE${code}`;

/** Types of records that are asked for, by number. */
const types: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  39: 'DNAME',
  41: 'OPT',
  43: 'DS',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  99: 'SPF',
  250: 'TSIG',
  251: 'IXFR',
  252: 'AXFR',
  255: 'ANY',
  257: 'CAA',
};

/** `AAAA`; `TYPE65280` for a type without a name, as RFC 3597 writes it. */
export const dnsTypeName = (type: number): string => types[type] ?? `TYPE${type}`;
