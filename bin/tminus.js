#!/usr/bin/env node
// Runs the TypeScript source directly, so that `npm ci` alone is enough; the container image runs the compiled files.
import { register } from 'tsx/esm/api';

register();
await import('../src/cli/main.ts');
