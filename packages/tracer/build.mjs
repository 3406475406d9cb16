#!/usr/bin/env node
// Compiles native/gate.c for each architecture to build/. The sources need no C library, so one
// machine builds for all.
import { compileNative } from '../../scripts/lib/native.mjs';

compileNative(new URL('.', import.meta.url), { name: 'gate', sources: ['native/gate.c'] });
