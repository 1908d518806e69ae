import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figure, table } from './lib/figures.mjs';

test('a figure knows its goal and its reference', () => {
  assert.deepEqual(figure('units.unverified.batch1', 2600), {
    name: 'units.unverified.batch1', value: 2600, unit: 'units/s', reference: { name: 'Pando', value: 1300 }, ratio: 2, goal: '> 1300', met: true,
  });
  assert.equal(figure('download.brotli_bytes', 1_000_000).met, false);
  assert.equal(figure('liar.wrong_accepted', 1).met, false);
  assert.match(table([figure('kill.gap_ms', 250)]), /NOT MET/);
});

test('what was not measured is no figure', () => {
  assert.throws(() => figure('kill.gap_ms', null), /not measured/);
  assert.throws(() => figure('kill.gap_ms', NaN), /not measured/);
  assert.throws(() => figure('no.such', 1), /unknown/);
});
