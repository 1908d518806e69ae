// Ground truth: the same job computed here, natively, by nobody but us.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nora } from './stack.mjs';

/** How many outputs of a bundle differ from those of a local run of the quake job. */
export async function wrongAccepted(bundle, folder) {
  const local = join(folder, 'local');
  if (!existsSync(local)) {
    const { code, text } = await nora(['run', '--local', '--job', 'quake', '--out', local], { name: 'local', folder });
    if (code !== 0) throw new Error(`the local run failed:\n${text}`);
  }
  return differing(outputs(bundle), outputs(local));
}

/** Names and hashes of the output files of a result folder. */
function outputs(folder) {
  const dir = join(folder, 'outputs');
  return new Map(readdirSync(dir).map((name) => [name, createHash('sha256').update(readFileSync(join(dir, name))).digest('hex')]));
}

function differing(ours, truth) {
  if (truth.size === 0) throw new Error('the local run gave no outputs');
  let wrong = 0;
  for (const [name, hash] of truth) if (ours.get(name) !== hash) wrong += 1;
  for (const name of ours.keys()) if (!truth.has(name)) wrong += 1;
  return wrong;
}
