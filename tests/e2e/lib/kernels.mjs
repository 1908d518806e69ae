// Kernels for tests, assembled here.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { here, out } from './env.mjs';

/** Assembles `kernels/NAME.wat`; returns the module's path. */
export function kernel(name) {
  const wasm = join(out, `${name}.wasm`);
  const assembler = join(here, 'node_modules/binaryen/bin/wasm-as');
  execFileSync('node', [assembler, join(here, 'kernels', `${name}.wat`), '-o', wasm]);
  return wasm;
}
