/**
 * Reads a ring buffer of your own BPF object, decoding records by the object's own type
 * information.
 *
 * own-ring.bpf.c says how to compile it.
 *
 *     sudo node examples/own-ring.mjs own-ring.bpf.o
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { compileCodec, layoutOf } from '@spoor/btf';
import { escapeText } from '@spoor/core';
import { openObject, openRing } from '@spoor/object';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node own-ring.mjs OBJECT');
  process.exit(2);
}

const opened = openObject(file);
/** @type {import('@spoor/btf').Codec<{ tgid: number, comm: string }>} */
const record = compileCodec(layoutOf(opened.btf, 'exit_record'));
const loaded = opened.load();
const reader = openRing(loaded.map('exits'));
loaded.attach();

// Only our own processes: whatever else ends meanwhile is skipped.
const child = spawn('true');
await once(child, 'exit');

reader.drain((data, offset, length) => {
  // The bytes are borrowed: they are valid until the callback returns.
  const { tgid, comm } = record.decode(data.u8.subarray(offset, offset + length));
  if (tgid === child.pid) console.log(tgid, escapeText(comm));
});

reader.close();
loaded.close();
