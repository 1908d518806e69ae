import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checksOf, good, report, sameKey, summary } from './lib/report.mjs';

const submitted = () => ({
  job: 'aa', units: 500, accepted: 500, executions_per_unit: 3.1, units_per_s: 42,
  first_result_ms: { since_submitted: 400 },
  peers: [
    { peer: 'ab12cd34ef56', roles: [{ role: 'stray', height: 3 }], executed: 16, agreed: 0, lies: 16, demoted_at_unit: 7 },
    { peer: '77aa88bb99cc', roles: [], executed: 480, agreed: 12, lies: 0, demoted_at_unit: null },
  ],
  ledger: { height: 90, head: 'ff', txs: 300 }, result: { onset_s: 451.2 }, checks: [{ name: 'onset', ok: true, detail: '' }],
});
const run = (change = {}, more = {}) => {
  const from = { submitted: { ...submitted(), ...change }, wrong: 0, liars: ['ab12cd34ef56'], mode: 'paper', ...more };
  return report({ ...from, opened: 10_500, spawned: 10_000, connected: 10_400, checks: checksOf(from) });
};

test('a run that did what it promises', () => {
  const json = run();
  assert.equal(good(json), true);
  assert.deepEqual(json.first_result_ms, { since_submitted: 400, since_spawn: 900, since_connect: 400 });
  assert.match(summary(json), /500 of 500 accepted, 0 of them wrong/);
});

test('every way to fall short is seen', () => {
  assert.equal(good(run({ accepted: 499 })), false);
  assert.equal(good(run({}, { wrong: 1 })), false);
  assert.equal(good(run({}, { liars: ['ab12cd34ef56', '77aa88bb99cc'] })), false, 'a liar who was not caught');
  assert.equal(good(run({}, { liars: [] })), false, 'an honest volunteer was accused');
  assert.equal(good(run({ checks: [{ name: 'onset', ok: false, detail: '' }] })), false);
  assert.equal(good({ checks: [] }), false);
});

test('keys are compared by what the page shows of them', () => {
  assert.equal(sameKey('ab12cd34ef56', 'ab12cd34…'), true);
  assert.equal(sameKey('ab12cd34ef56', 'ab12cd35…'), false);
  assert.equal(sameKey('ab12cd34ef56', ''), false);
});
