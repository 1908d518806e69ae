// The main job: relay, volunteers in real tabs, requester. See `cargo xtask demo`.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { Browser } from './lib/browser.mjs';
import { cleanUpOnSignal, stopAll } from './lib/children.mjs';
import { checksOf, good, report, summary } from './lib/report.mjs';
import { cast } from './lib/cast.mjs';
import { nora, Relay } from './lib/stack.mjs';
import { wrongAccepted } from './lib/truth.mjs';

const { values: options } = parseArgs({
  options: {
    headless: { type: 'boolean', default: false },
    volunteers: { type: 'string', default: '4' },
    liars: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'paper' },
    timeout: { type: 'string', default: '600' },
    json: { type: 'string' },
  },
});
const say = (line) => console.log(`demo: ${line}`);

let browser;
cleanUpOnSignal(async () => browser?.stop());
try {
  process.exitCode = options.headless ? await headless() : await open();
} catch (error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser?.stop().catch(() => {});
  await stopAll();
}

/** Relay and job for whoever opens the page; ends with Ctrl-C. */
async function open() {
  const relay = await Relay.start('demo');
  const requester = relay.submit({ mode: options.mode });
  say(`open ${relay.url} in a browser, or in several; logs are in ${relay.folder}; Ctrl-C ends`);
  const first = await Promise.race([requester.child.exited.then(() => 'requester'), relay.child.exited.then(() => 'relay')]);
  if (first === 'relay') throw new Error(`the relay ended:\n${relay.child.tail()}`);
  if (requester.child.result.code !== 0) throw new Error(`the requester ended:\n${requester.child.tail()}`);
  say(`the verified result is in ${requester.bundle}; open result.html there. The relay keeps running.`);
  await relay.child.exited;
  throw new Error(`the relay ended:\n${relay.child.tail()}`);
}

/** Everything by itself; 0 if all checks hold. */
async function headless() {
  const timeout = Number(options.timeout) * 1000;
  const end = Date.now() + timeout;
  const relay = await Relay.start('demo');
  say(`relay at ${relay.url}, logs in ${relay.folder}`);
  browser = await Browser.start();
  const requester = relay.submit({ mode: options.mode });
  const people = await cast(browser, relay, requester, {
    honest: Number(options.volunteers) - Number(options.liars),
    liars: Number(options.liars),
    say,
  });
  const submitted = await requester.finished(end - Date.now());
  say('the requester has its result; comparing it with a local run');
  const verified = await nora(['verify', requester.bundle], { name: 'verify', folder: relay.folder });
  const wrong = await wrongAccepted(requester.bundle, relay.folder);
  const liars = people.filter(({ liar }) => liar).map(({ key }) => key);
  const checks = [
    ...checksOf({ submitted, wrong, liars, mode: options.mode }),
    { name: 'nora verify', ok: verified.code === 0, detail: verified.text.trim().split('\n').at(-1) },
    ...people.map(({ volunteer, key }) => ({
      name: `page of ${key.slice(0, 12)} without errors`,
      ok: volunteer.errors.length === 0,
      detail: volunteer.errors.join('; ') || 'none',
    })),
  ];
  const [{ volunteer }] = people;
  const json = report({ submitted, opened: requester.opened, spawned: volunteer.opened, connected: volunteer.connected, wrong, checks });
  if (options.json) {
    mkdirSync(dirname(resolve(options.json)), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(json, null, 2)}\n`);
  }
  console.log(summary(json));
  if (good(json)) return 0;
  for (const { volunteer, key } of people) {
    await volunteer.page.screenshot({ path: join(relay.folder, `${key.slice(0, 12)}.png`) }).catch(() => {});
  }
  say(`logs and pictures are in ${relay.folder}`);
  return 1;
}
