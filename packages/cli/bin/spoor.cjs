#!/usr/bin/env node
// Without a shell, which would change the environment of the command. native/launcher.c has Node.js run this file too.
const { readFileSync, statSync } = require('node:fs');
const { wrap } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

// Node.js has a cache of compiled code from 22 on, in a folder that others may write to; ours is made with the command.
const folder = join(__dirname, '..', 'dist');
const modules = new Map();

function load(name) {
  if (!name.startsWith('./')) return require(name);
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const filename = join(folder, name);
  const options = { filename, cachedData: compiled(filename) };
  const script = new Script(wrap(readFileSync(filename, 'utf8')), options);
  script.runInThisContext().call(module.exports, module.exports, load, module, filename, folder);
  return module.exports;
}

/** V8 refuses what another version has made, and compiles; a text that was edited since, it knows by its length only. */
function compiled(filename) {
  const [text, code] = [filename, `${filename}.code`].map((path) => statSync(path, { throwIfNoEntry: false }));
  return code !== undefined && code.mtimeMs >= text.mtimeMs ? readFileSync(`${filename}.code`) : undefined;
}

load('./main.cjs');
