// The README's picture of the Donate page: a real volunteer on the real job. `cargo xtask screenshot` runs it.

import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { Browser } from './lib/browser.mjs';
import { cleanUpOnSignal, stopAll } from './lib/children.mjs';
import { Relay } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

const file = resolve(process.argv[2] ?? 'donate.png');
let browser;
cleanUpOnSignal(async () => browser?.stop());
try {
  const relay = await Relay.start('screenshot');
  browser = await Browser.start();
  const requester = relay.submit({ extra: ['--name', 'Tohoku onset study'] });
  await requester.submitted();
  const people = await Promise.all(Array.from({ length: 3 }, async () => (await (await browser.volunteer(relay)).open()).consent()));
  const [shown] = people;
  await shown.becomes(['auditor', 'compute'], 180_000);
  await until('some work to show', async () => {
    const done = (await shown.number('accepted-count')) + (await shown.number('audits-count'));
    return done >= 20 || !requester.child.alive;
  }, { timeout: 180_000 });
  mkdirSync(dirname(file), { recursive: true });
  await shown.page.screenshot({ path: file, fullPage: true });
  console.log(`screenshot: ${file}`);
} catch (error) {
  console.error(`screenshot: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser?.stop().catch(() => {});
  await stopAll();
}
