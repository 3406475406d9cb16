#!/usr/bin/env -S node --v8-pool-size=1 --max-semi-space-size=1
import '../dist/main.js';
