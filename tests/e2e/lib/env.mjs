// Where built things are. `cargo xtask` sets these; the defaults serve a plain `node --test` in this folder.

import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const root = resolve(here, '../..');

const target = process.env.CARGO_TARGET_DIR ? resolve(process.env.CARGO_TARGET_DIR) : join(root, 'target');
export const bin = process.env.NORA_BIN ?? join(target, 'debug');
export const dist = process.env.NORA_DIST ?? join(root, 'www/dist');
export const liarDist = process.env.NORA_LIAR ?? join(target, 'web-liar');
export const chrome = process.env.CHROME ?? '/usr/bin/chromium';
export const out = process.env.NORA_OUT ?? join(target, 'xtask/e2e');

let runs = 0;

/** A new folder for one run's data and logs. */
export function runFolder(name) {
  const folder = join(out, `${name}-${process.pid}-${runs++}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}
