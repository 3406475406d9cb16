/**
 * Counts the IPv4 packets that a network device receives, until it is interrupted.
 *
 *     sudo node examples/packet-counter/main.ts eth0
 */
import process from 'node:process';
import { typedMap } from '@spoor/map';
import { openObject } from '@spoor/object';
import { type Flow, packetCounter } from './gen/packet-counter.ts';

const [device = 'eth0', smallest = '0'] = process.argv.slice(2);
const { flows, protocols } = packetCounter.maps;
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

const loaded = openObject(packetCounter).setConstant('smallest', Number(smallest)).load();
loaded.program('count_packets').attach({ interface: device });
console.log(`counting on ${device}`);

const text = ({ source, destination, port, protocol }: Flow) =>
  `${source.join('.')} -> ${destination.join('.')} port ${port} protocol ${protocol}`;
for await (const flow of loaded.ring('new_flows', { signal: interrupted.signal }))
  console.log(`new flow ${text(flow)}`);

for (const [protocol, perCpu] of typedMap(loaded.map('protocols'), protocols)) {
  const count = perCpu.reduce((sum, one) => sum + one, 0n);
  if (count > 0n) console.log(`protocol ${protocol}: ${count} packets`);
}
for (const [flow, { packets, bytes }] of typedMap(loaded.map('flows'), flows))
  console.log(`${text(flow)}: ${packets} packets, ${bytes} bytes`);
console.log(`${loaded.globals.read('packets')} packets in all`);
loaded.close();
