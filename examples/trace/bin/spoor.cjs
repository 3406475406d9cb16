#!/usr/bin/env sh
':' //; exec node --v8-pool-size=1 --max-semi-space-size=1 "$0" "$@"
// To a shell the line above is a program; to Node.js, a string and a comment. Not every `env` can pass options on.
require('../dist/main.cjs');
