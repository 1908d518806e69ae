// Figures as DESIGN sections 8 and 9 want them: value, what to compare with, goal, reached or not.

import { cpus } from 'node:os';

const above = (goal) => ({ goal: `> ${goal}`, met: (value) => value > goal });
const atLeast = (goal) => ({ goal: `>= ${goal}`, met: (value) => value >= goal });
const below = (goal) => ({ goal: `< ${goal}`, met: (value) => value < goal });
const exactly = (goal) => ({ goal: `= ${goal}`, met: (value) => value === goal });

const KNOWN = {
  'units.unverified.batch1': { unit: 'units/s', reference: { name: 'Pando', value: 1300 }, ...above(1300) },
  'units.unverified.batch32': { unit: 'units/s', reference: { name: 'Pando', value: 2915 }, ...above(2915) },
  'units.verified': { unit: 'units/s', reference: null, goal: 'stated', met: (value) => value > 0 },
  'first_result.since_spawn_ms': { unit: 'ms', reference: null, ...below(1300) },
  'first_result.since_connect_ms': { unit: 'ms', reference: null, ...below(50) },
  'liar.wrong_accepted': { unit: 'units', reference: null, ...exactly(0) },
  'kill.gap_ms': { unit: 'ms', reference: null, ...below(100) },
  'stall.released': { unit: 'bool', reference: null, ...exactly(1) },
  'kernel.quake.vs_native': { unit: 'ratio', reference: { name: 'the same Rust, native', value: 1 }, ...atLeast(0.85) },
  'kernel.quake.vs_wasmtime': { unit: 'ratio', reference: { name: 'wasmtime', value: 1 }, goal: 'stated', met: (value) => value > 0 },
  'download.brotli_bytes': { unit: 'bytes', reference: { name: 'lumina', value: 1_610_000 }, ...below(1_000_000) },
};

/** The figure `name` with this value. */
export function figure(name, value) {
  const known = KNOWN[name];
  if (known === undefined) throw new Error(`unknown figure ${name}`);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${name} was not measured (${value})`);
  const { unit, reference, goal, met } = known;
  return { name, value, unit, reference, ratio: reference ? value / reference.value : null, goal, met: met(value) };
}

/** Where it was measured. */
export function machine() {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
}

/** For people. */
export function table(figures) {
  const shown = (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
  return figures
    .map(({ name, value, unit, goal, met }) => `${name.padEnd(32)} ${shown(value).padStart(10)} ${unit.padEnd(8)} goal ${goal.padEnd(10)} ${met ? 'met' : 'NOT MET'}`)
    .join('\n');
}
