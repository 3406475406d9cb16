/**
 * Writes beside each CommonJS file of a folder the code that V8 makes of it, as FILE.code: with it a command starts a
 * tenth sooner. V8 takes it where its version and its flags are those that it was made by, and compiles the text elsewhere.
 *
 *     node FLAGS scripts/compile-command.mjs FOLDER PLACE      with the flags that the command is run by
 *
 * PLACE is where the folder will be: some versions of V8 keep the name of the text, and stacks have it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const [folder = '', place = ''] = process.argv.slice(2);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.cjs'))) {
  // Of a function that is not called at once nothing would be kept but where it begins.
  setFlagsFromString('--no-lazy');
  const script = new Script(Module.wrap(readFileSync(join(folder, name), 'utf8')), {
    filename: join(place, name),
  });
  // The flags are a part of what is kept: with this one no command would be run.
  setFlagsFromString('--lazy');
  writeFileSync(join(folder, `${name}.code`), script.createCachedData());
}
