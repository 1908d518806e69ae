// The main job with four volunteers, one of them a liar; then what the requester can show to others.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { Browser } from './lib/browser.mjs';
import { cast } from './lib/cast.mjs';
import { stopAll } from './lib/children.mjs';
import { sameKey } from './lib/report.mjs';
import { nora, Relay } from './lib/stack.mjs';
import { wrongAccepted } from './lib/truth.mjs';
import { until } from './lib/until.mjs';

let relay;
let browser;
let requester;
let people;
let figures;

before(async () => {
  relay = await Relay.start('liar');
  browser = await Browser.start();
  requester = relay.submit();
  people = await cast(browser, relay, requester, { honest: 3, liars: 1 });
  figures = await requester.finished();
}, { timeout: 480_000 });
after(async () => {
  await browser?.stop();
  await stopAll();
});

test('every unit is accepted and none is wrong', async () => {
  assert.ok(figures.units >= 500);
  assert.equal(figures.accepted, figures.units);
  assert.equal(await wrongAccepted(requester.bundle, relay.folder), 0);
});

test('the liar was exposed, everybody can see it, and nobody else was', async () => {
  const liar = people.find(({ liar }) => liar);
  const entry = figures.peers.find(({ peer }) => sameKey(peer, liar.key));
  assert.ok(entry.roles.some(({ role }) => role === 'compute'), 'it had earned a seat');
  assert.ok(entry.lies > 0);
  assert.equal(typeof entry.demoted_at_unit, 'number');
  await liar.volunteer.at('exposure').waitFor();
  for (const { volunteer, liar, key } of people) {
    assert.deepEqual(volunteer.errors, []);
    if (!liar) assert.equal(figures.peers.find(({ peer }) => sameKey(peer, key)).lies, 0);
  }
});

test('nora verify agrees, and sees a changed output', async () => {
  const good = await nora(['verify', requester.bundle], { folder: relay.folder });
  assert.equal(good.code, 0, good.text);
  const output = join(requester.bundle, 'outputs', '00007.bin');
  const bytes = readFileSync(output);
  const changed = Buffer.from(bytes);
  changed[0] ^= 1;
  writeFileSync(output, changed);
  const bad = await nora(['verify', requester.bundle], { folder: relay.folder });
  writeFileSync(output, bytes);
  assert.equal(bad.code, 1, bad.text);
});

/** Opens a result page from the disk in a browser without a network; its status and all requests it tried. */
async function openOffline(file) {
  const context = await browser.browser.newContext({ offline: true });
  const page = await context.newPage();
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  const html = page.locator('html');
  const verdict = await until('a verdict', async () => {
    const state = await html.getAttribute('data-state');
    return state !== 'checking' && state;
  }, { timeout: 60_000 });
  const text = await page.locator('body').innerText();
  await context.close();
  return { verdict, text, requests };
}

test('the result page checks itself offline, from the disk', async () => {
  const { verdict, text, requests } = await openOffline(join(requester.bundle, 'result.html'));
  assert.equal(verdict, 'ok', text);
  assert.ok(requests.every((url) => !/^(https?|wss?):/.test(url)), `it asked for ${requests}`);
});

test('a tampered result page says that it is not what was computed', async () => {
  const html = readFileSync(join(requester.bundle, 'result.html'), 'utf8');
  const file = join(relay.folder, 'tampered.html');
  writeFileSync(file, tamper(html));
  const { verdict, text } = await openOffline(file);
  assert.equal(verdict, 'failed', text);
});

/** Changes one character in the middle of the longest run of base64, the bundle. */
function tamper(html) {
  const runs = [...html.matchAll(/[A-Za-z0-9+/]{1000,}/g)].sort((a, b) => b[0].length - a[0].length);
  const at = runs[0].index + Math.floor(runs[0][0].length / 2);
  return html.slice(0, at) + (html[at] === 'A' ? 'B' : 'A') + html.slice(at + 1);
}
