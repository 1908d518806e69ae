// The figures of DESIGN section 8 that apply, from real runs on this machine. See `cargo xtask bench`.

import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Browser } from './lib/browser.mjs';
import { cast } from './lib/cast.mjs';
import { cleanUpOnSignal, stopAll } from './lib/children.mjs';
import { dist, root } from './lib/env.mjs';
import { figure, machine, table } from './lib/figures.mjs';
import { kernel } from './lib/kernels.mjs';
import { kernelSpeed } from './lib/speed.mjs';
import { Relay } from './lib/stack.mjs';
import { wrongAccepted } from './lib/truth.mjs';
import { until } from './lib/until.mjs';

const { values: options, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const wanted = positionals[0] ?? '';
let browser;
cleanUpOnSignal(async () => browser?.stop());

/** Each gives some figures; run if one of its names begins as asked. */
const MEASUREMENTS = [
  [['download.brotli_bytes'], download],
  [['units.unverified.batch1'], () => unverified(1, 10_000)],
  [['units.unverified.batch32'], () => unverified(32, 30_000)],
  [['units.verified'], verified],
  [['first_result.since_spawn_ms', 'first_result.since_connect_ms'], firstResult],
  [['kernel.quake.vs_native', 'kernel.quake.vs_wasmtime'], speed],
  [['liar.wrong_accepted'], liar],
  [['kill.gap_ms'], killed],
  [['stall.released'], stalled],
];

const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const figures = [];
for (const [names, measure] of MEASUREMENTS.filter(([names]) => names.some((name) => name.startsWith(wanted)))) {
  console.error(`bench: ${names.join(', ')}`);
  try {
    browser = await Browser.start();
    const values = await measure();
    for (const name of names) figures.push({ ...figure(name, values[name]), machine: machine(), commit });
  } catch (error) {
    console.error(`bench: ${names.join(', ')}: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await browser?.stop().catch(() => {});
    await stopAll();
  }
}
if (figures.length === 0 && process.exitCode === undefined) {
  console.error(`bench: no figure begins with ${wanted}; there are ${MEASUREMENTS.flatMap(([names]) => names).join(', ')}`);
  process.exitCode = 1;
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
console.log(table(figures));

/** `nora submit` of `units` units, trivial ones if no kernel is named. */
function submit(relay, units, name, { mode, batch, module = 'echo' }) {
  const input = Array.from({ length: units }, (_, unit) => `unit ${unit}\n`).join('');
  const work = ['--kernel', kernel(module), '--stdin', '--max-output', '64', '--batch', String(batch)];
  return relay.submit({ name, mode, work, input });
}

/** A volunteer who is connected and has consented. */
async function ready(relay, options) {
  const volunteer = await (await browser.volunteer(relay, options)).open();
  await volunteer.consent();
  await until('a connection', () => volunteer.isConnected());
  return volunteer;
}

async function unverified(batch, units) {
  const relay = await Relay.start('bench');
  await ready(relay);
  // The first job warms kernel and worker; the second is the figure.
  await submit(relay, 64, 'warm', { mode: 'unverified', batch }).finished();
  const { units_per_s: value } = await submit(relay, units, 'figure', { mode: 'unverified', batch }).finished();
  return { [`units.unverified.batch${batch}`]: value };
}

async function verified() {
  const relay = await Relay.start('bench');
  await Promise.all([ready(relay), ready(relay), ready(relay), ready(relay)]);
  await submit(relay, 256, 'warm', { mode: 'paper', batch: 32 }).finished();
  const { units_per_s: value } = await submit(relay, 2_000, 'figure', { mode: 'paper', batch: 32 }).finished();
  return { 'units.verified': value };
}

async function firstResult() {
  const relay = await Relay.start('bench');
  // A job waits; a page is opened and consents at once.
  const cold = submit(relay, 64, 'cold', { mode: 'unverified', batch: 1 });
  await cold.submitted();
  const volunteer = await (await browser.volunteer(relay)).open();
  await volunteer.consent();
  const since = (await cold.finished()).first_result_ms.since_submitted;
  // The same volunteer, connected and warm, gets another job: the way from the ledger to the first result alone.
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    const warm = await submit(relay, 64, `warm${round}`, { mode: 'unverified', batch: 1 }).finished();
    rounds.push(warm.first_result_ms.since_submitted);
  }
  rounds.sort((a, b) => a - b);
  return {
    'first_result.since_spawn_ms': cold.opened + since - volunteer.opened,
    'first_result.since_connect_ms': rounds[2],
  };
}

async function speed() {
  const { native, wasmtime, worker } = await kernelSpeed(browser);
  return { 'kernel.quake.vs_native': native / worker, 'kernel.quake.vs_wasmtime': wasmtime / worker };
}

/** One liar among 2 to 5 volunteers: wrong answers that were accepted, in all four runs together. */
async function liar() {
  let wrong = 0;
  for (const volunteers of [2, 3, 4, 5]) {
    const relay = await Relay.start('bench');
    const requester = relay.submit();
    await cast(browser, relay, requester, { honest: volunteers - 1, liars: 1 });
    await requester.finished();
    wrong += await wrongAccepted(requester.bundle, relay.folder);
    await browser.stop();
    await stopAll();
    browser = await Browser.start();
  }
  return { 'liar.wrong_accepted': wrong };
}

/**
 * The largest gap between provisional results when one of two volunteers is killed in mid-run. Units of some milliseconds:
 * with trivial ones a machine of two cores that runs everybody is busy enough to leave gaps by itself.
 */
async function killed() {
  const relay = await Relay.start('bench');
  const people = [await ready(relay), await ready(relay)];
  const job = { mode: 'unverified', batch: 1, module: 'spin' };
  await submit(relay, 64, 'warm', job).finished();
  const requester = submit(relay, 3_000, 'figure', job);
  await until('some results', () => requester.accepted > 0, { timeout: 60_000 });
  const session = await people[1].context.newCDPSession(people[1].page);
  // A page that is gone answers no more: nobody waits for it.
  session.send('Page.crash').catch(() => undefined);
  return { 'kill.gap_ms': (await requester.finished()).max_gap_ms };
}

/** 1 if a job ends although its only compute node fell silent with its connection open. */
async function stalled() {
  const relay = await Relay.start('bench');
  const requester = relay.submit();
  const lazy = await ready(relay, {
    init: () => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (...args) {
        if (!globalThis.stalled) post.apply(this, args);
      };
    },
  });
  await lazy.becomes('compute');
  await lazy.page.evaluate(() => { globalThis.stalled = true; });
  await Promise.all([ready(relay), ready(relay), ready(relay)]);
  const figures = await requester.finished();
  return { 'stall.released': figures.accepted === figures.units && (await lazy.isConnected()) ? 1 : 0 };
}

/** All that a volunteer downloads, compressed. */
function download() {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = new Set(files.map(({ parentPath, name }) => join(parentPath, name)));
  let sum = 0;
  for (const name of names) if (name.endsWith('.br') || !names.has(`${name}.br`)) sum += statSync(name).size;
  return { 'download.brotli_bytes': sum };
}
