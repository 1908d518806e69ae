// How fast the quake kernel is: natively, in wasmtime (`nora run`), in a browser's worker. The same first units each time.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { bin, root, runFolder } from './env.mjs';
import { nora } from './stack.mjs';

const UNITS = 64;
const place = (unit) => String(unit).padStart(5, '0');
const name = (unit) => `${place(unit)}.in`;

/** Microseconds for all units: {native, wasmtime, worker}. */
export async function kernelSpeed(browser) {
  const folder = runFolder('speed');
  const cargo = ['run', '--quiet', '--locked', '--profile', 'kernel', '-p', 'nora-kernel-quake', '--example', 'speed', '--'];
  const native = JSON.parse(execFileSync('cargo', [...cargo, folder, String(UNITS)], { cwd: root, encoding: 'utf8' }));
  const worker = await inWorker(browser, folder);
  worker.outputs.forEach((output, unit) => {
    const same = Buffer.from(output, 'base64').equals(readFileSync(join(folder, `${place(unit)}.out`)));
    if (!same) throw new Error(`unit ${unit}: the browser's output is not the native one`);
  });
  return { native: native.micros, worker: worker.micros, wasmtime: await inWasmtime(folder) };
}

/** The time of many units less the time of one: start-up and compilation cancel out. Best of three. */
async function inWasmtime(folder) {
  const kernel = join(bin, 'nora_kernel_quake.wasm');
  const time = async (units) => {
    const out = runFolder('speed-out');
    const input = Array.from({ length: units }, (_, unit) => join(folder, name(unit)));
    const args = ['run', '--local', '--kernel', kernel, '--shared', join(folder, 'shared.bin'), '--threads', '1'];
    const start = process.hrtime.bigint();
    const { code, text } = await nora([...args, '--out', join(out, 'results'), '--input', ...input], { folder: out });
    if (code !== 0) throw new Error(text);
    return Number(process.hrtime.bigint() - start) / 1000;
  };
  let [one, all] = [Infinity, Infinity];
  for (let round = 0; round < 3; round += 1) {
    one = Math.min(one, await time(1));
    all = Math.min(all, await time(UNITS));
  }
  return ((all - one) * UNITS) / (UNITS - 1);
}

/** A worker as the page has them: the module compiled once, a fresh instance per unit. Best of three. */
async function inWorker(browser, folder) {
  const base64 = (file) => readFileSync(file).toString('base64');
  const inputs = Array.from({ length: UNITS }, (_, unit) => base64(join(folder, name(unit))));
  const context = await browser.browser.newContext();
  const page = await context.newPage();
  try {
    return await page.evaluate(
      ([code, data]) => new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(data);
      }),
      [`(${workerMain})()`, { module: base64(join(bin, 'nora_kernel_quake.wasm')), shared: base64(join(folder, 'shared.bin')), inputs }],
    );
  } finally {
    await context.close();
  }
}

// Runs inside the worker: it can use nothing from this file.
function workerMain() {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  globalThis.onmessage = async ({ data }) => {
    const module = await WebAssembly.compile(bytes(data.module));
    const shared = bytes(data.shared);
    const inputs = data.inputs.map(bytes);
    const round = () => {
      const outputs = [];
      const start = performance.now();
      for (const input of inputs) {
        const { memory, nora_alloc: alloc, nora_run: run } = new WebAssembly.Instance(module, {}).exports;
        const put = (from) => {
          const at = alloc(from.length);
          new Uint8Array(memory.buffer).set(from, at);
          return at;
        };
        const [a, b] = [put(shared), put(input)];
        const packed = BigInt.asUintN(64, run(a, shared.length, b, input.length));
        outputs.push(new Uint8Array(memory.buffer).slice(Number(packed >> 32n), Number(packed >> 32n) + Number(packed & 0xffffffffn)));
      }
      return { micros: (performance.now() - start) * 1000, outputs };
    };
    const rounds = [round(), round(), round()];
    const { micros, outputs } = rounds.reduce((best, one) => (one.micros < best.micros ? one : best));
    globalThis.postMessage({ micros, outputs: outputs.map((output) => btoa(String.fromCharCode(...output))) });
  };
}
