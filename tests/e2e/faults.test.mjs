// What goes wrong in the world: crashes, reloads, second tabs, stalls, refused storage. Nothing is lost, nothing counted twice.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { Browser } from './lib/browser.mjs';
import { stopAll } from './lib/children.mjs';
import { nora, Relay } from './lib/stack.mjs';
import { wrongAccepted } from './lib/truth.mjs';
import { until } from './lib/until.mjs';

let relay;
let browser;

beforeEach(async () => {
  relay = await Relay.start('faults');
  browser = await Browser.start();
});
afterEach(async () => {
  await browser?.stop();
  await stopAll();
});

const newcomer = async (options) => (await (await browser.volunteer(relay, options)).open()).consent();

/** A finished job: every unit once, none wrong, and the evidence holds. */
async function sound(requester) {
  const figures = await requester.finished();
  assert.equal(figures.accepted, figures.units);
  assert.equal(readdirSync(join(requester.bundle, 'outputs')).length, figures.units, 'one output per unit');
  assert.equal(await wrongAccepted(requester.bundle, relay.folder), 0);
  const { code, text } = await nora(['verify', requester.bundle], { folder: relay.folder });
  assert.equal(code, 0, text);
  return figures;
}

test('the relay is killed and started again in the middle of a job', { timeout: 400_000 }, async () => {
  const requester = relay.submit();
  const people = await Promise.all([newcomer(), newcomer(), newcomer()]);
  await until('some accepted units', () => requester.accepted > 0, { timeout: 180_000 });
  const height = await people[0].height();
  await relay.kill();
  await until('the page to say that nobody answers', async () => !(await people[0].isConnected()), { timeout: 90_000 });
  await relay.restart();
  await until('all to be back', async () => {
    const back = await Promise.all(people.map((one) => one.isConnected()));
    return back.every(Boolean);
  }, { timeout: 120_000 });
  await people[0].reaches(height + 1);
  const figures = await sound(requester);
  assert.ok(figures.ledger.height > height, 'the same ledger goes on');
  assert.ok(figures.peers.every(({ lies }) => lies === 0), 'a crash is no lie');
});

test('a tab is killed in the middle of a unit', { timeout: 400_000 }, async () => {
  const requester = relay.submit();
  const people = await Promise.all([newcomer(), newcomer(), newcomer()]);
  const keys = new Map(await Promise.all(people.map(async (one) => [one, await one.key()])));
  const victim = await until('someone with a seat at work', async () => {
    for (const one of people) {
      if ((await one.role()) === 'compute' && (await one.at('unit-card').count()) > 0) return one;
    }
    return undefined;
  }, { timeout: 180_000 });
  const session = await victim.context.newCDPSession(victim.page);
  // A page that is gone answers no more: nobody waits for it.
  session.send('Page.crash').catch(() => undefined);
  await until('the crash', () => victim.errors.length > 0);
  const figures = await sound(requester);
  assert.ok(figures.peers.every(({ lies }) => lies === 0), 'a crash is no lie');

  // Its owner opens the page again: the same key, and all the reputation that the ledger has for it.
  victim.errors.length = 0;
  await victim.open();
  await victim.at('donate-page').waitFor();
  await until('a connection', () => victim.isConnected());
  assert.equal(await victim.key(), keys.get(victim));
  const { reputation } = figures.peers.find(({ peer }) => peer === keys.get(victim));
  await until('its reputation', async () => (await victim.number('reputation')) >= reputation);
  assert.deepEqual(victim.errors, []);
});

test('a volunteer that stalls but keeps its connection loses its units at the deadline', { timeout: 400_000 }, async () => {
  // Its workers never answer; its page, and so its socket, lives on.
  const stall = () => {
    globalThis.stalled = false;
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (...args) {
      if (!globalThis.stalled) post.apply(this, args);
    };
  };
  const requester = relay.submit();
  const lazy = await newcomer({ init: stall });
  await lazy.becomes('compute');
  await lazy.page.evaluate(() => { globalThis.stalled = true; });
  await Promise.all([newcomer(), newcomer(), newcomer()]);
  const figures = await sound(requester);
  assert.equal(await lazy.isConnected(), true, 'it was there all the time');
  assert.ok(figures.peers.every(({ lies }) => lies === 0), 'silence is no lie');
});

test('a reload keeps identity and reputation; nothing starts by itself', { timeout: 240_000 }, async () => {
  const requester = relay.submit();
  const one = await newcomer();
  await one.becomes(['auditor', 'compute']);
  const key = await one.key();
  const reputation = await one.number('reputation');
  assert.ok(reputation >= 1);
  await one.page.reload();
  await one.at('donate-page').waitFor();
  await until('a connection', () => one.isConnected());
  assert.equal(await one.key(), key);
  await until('the reputation', async () => (await one.number('reputation')) >= reputation);
  assert.deepEqual(one.errors, []);
  await requester.child.stop();
});

test('a second tab of the same browser watches', { timeout: 120_000 }, async () => {
  const one = await newcomer();
  await until('a connection', () => one.isConnected());
  const first = one.page;
  await one.open();
  await one.at('viewer-note').waitFor();
  assert.equal(await first.getByTestId('viewer-note').count(), 0);
  assert.equal(one.page.workers().length, 0, 'the second tab computes nothing');
  const second = one.page;
  await first.close();
  await until('the second tab to take over', async () => (await second.getByTestId('viewer-note').count()) === 0, { timeout: 60_000 });
  assert.deepEqual(one.errors, []);
});

test('storage is refused: it says so and takes part all the same', { timeout: 240_000 }, async () => {
  const refuse = () => {
    const refused = () => { throw new DOMException('refused for this test', 'SecurityError'); };
    Object.defineProperty(IDBFactory.prototype, 'open', { value: refused });
  };
  const requester = relay.submit();
  const one = await newcomer({ init: refuse });
  await one.at('problem').first().waitFor();
  await until('a connection', () => one.isConnected());
  await one.becomes(['auditor', 'compute']);
  assert.deepEqual(one.errors, []);
  await requester.child.stop();
});
