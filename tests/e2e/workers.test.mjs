// Kernels that fail, in the workers of real browsers: each harms nothing, is reported, and is the same answer everywhere.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Browser } from './lib/browser.mjs';
import { stopAll } from './lib/children.mjs';
import { kernel } from './lib/kernels.mjs';
import { nora, Relay } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

/** Inputs, and what the accepted output of each must be. */
const UNITS = [
  ['first', 'first'],
  ['trap', 'nora-fault:trap'],
  ['loop without end', 'nora-fault:deadline'],
  ['stack', 'nora-fault:stack'],
  ['grow by 1 GiB', 'grow by 1 GiB'],
  ['big output', 'nora-fault:output'],
  ['wild output', 'nora-fault:output'],
  ['end', 'end'],
];

let relay;
let browser;
let people;

before(async () => {
  relay = await Relay.start('workers');
  browser = await Browser.start();
  people = await Promise.all([1, 2, 3].map(async () => {
    const one = await (await browser.volunteer(relay)).open();
    await one.consent();
    await until('a connection', () => one.isConnected());
    return one;
  }));
});
after(async () => {
  await browser?.stop();
  await stopAll();
});

function submit(name, units, { mode, extra = [] }) {
  const work = ['--kernel', kernel('faulty'), '--stdin', '--max-output', '64', '--batch', '1', ...extra];
  return relay.submit({ name, mode, work, input: units.map(([input]) => `${input}\n`).join('') });
}

async function outputs(requester, units) {
  const figures = await requester.finished();
  const read = (_, unit) => readFileSync(join(requester.bundle, 'outputs', `${String(unit).padStart(5, '0')}.bin`), 'utf8');
  return { figures, outputs: units.map(read) };
}

test('a trap, an endless loop, endless recursion, 1 GiB, bad outputs', { timeout: 300_000 }, async () => {
  const requester = submit('faulty', UNITS, { mode: 'majority', extra: ['--unit-deadline-ms', '500'] });
  const { figures, outputs: got } = await outputs(requester, UNITS);
  assert.deepEqual(got, UNITS.map(([, output]) => output));
  const { detail } = figures.checks.find(({ name }) => name === 'outputs');
  assert.match(detail, /the kernel failed in 5 of them \(unit 1: trap, unit 2: deadline/);
  for (const { lies, dissented } of figures.peers) assert.equal(lies + dissented, 0, 'a kernel that fails makes no liar');
  for (const { errors } of people) assert.deepEqual(errors, [], 'the page notices nothing');
});

test('the same workers go on, and are not started anew for every unit', { timeout: 180_000 }, async () => {
  const workers = () => Promise.all(people.map(({ page }) => page.workers().length));
  const units = Array.from({ length: 200 }, (_, unit) => [`unit ${unit}`, `unit ${unit}`]);
  const started = [];
  for (const { page } of people) page.on('worker', (worker) => started.push(worker.url()));
  const { outputs: got } = await outputs(submit('sound', units, { mode: 'majority' }), units);
  assert.deepEqual(got, units.map(([, output]) => output));
  assert.ok(started.length <= people.length * 2, `${started.length} workers were started for 200 units`);
  assert.ok((await workers()).every((count) => count > 0));
});

test('a kernel that needs 1 GiB is refused before anybody is asked to run it', { timeout: 60_000 }, async () => {
  const args = ['--relay', relay.url, '--throwaway-key', '--kernel', kernel('gigabyte'), '--stdin'];
  const { code, text } = await nora(['submit', ...args], { folder: relay.folder, name: 'gigabyte', input: 'x\n' });
  assert.notEqual(code, 0);
  assert.match(text, /memory/i);
});
