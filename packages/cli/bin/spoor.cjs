#!/usr/bin/env node
// Node.js would keep its compile cache in a folder that every user may write to. A tracer runs as root and uses none.
require('../dist/main.cjs');
