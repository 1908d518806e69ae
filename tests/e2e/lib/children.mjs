// Programs that end with us, whatever happens: their end is waited for, and none is left behind by Ctrl-C.

import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const running = new Set();

/** A started program: `exited` resolves to {code, signal}. Its output goes to `log`. */
export class Child {
  constructor(command, args, { log, cwd, env, input, onLine } = {}) {
    this.name = command.split('/').at(-1);
    this.log = log;
    const file = createWriteStream(log, { flags: 'a' });
    this.process = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    // A program that ended does not read; its end is reported by `exited`.
    this.process.stdin.on('error', () => {});
    this.process.stdin.end(input ?? '');
    if (onLine) createInterface({ input: this.process.stdout }).on('line', onLine);
    this.process.stdout.pipe(file, { end: false });
    this.process.stderr.pipe(file, { end: false });
    running.add(this);
    this.exited = new Promise((resolve) => {
      const done = (result) => {
        running.delete(this);
        this.result = result;
        // Whoever waits for the end reads the log next.
        file.end(() => resolve(result));
      };
      this.process.once('error', (error) => done({ code: null, signal: null, error }));
      this.process.once('close', (code, signal) => done({ code, signal }));
    });
  }

  get alive() {
    return this.result === undefined;
  }

  /** The end of its log, for messages. */
  tail(lines = 15) {
    try {
      return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } catch {
      return '(no log)';
    }
  }

  /** Asks it to end, and makes it end after five seconds. */
  async stop() {
    if (!this.alive) return this.result;
    this.process.kill('SIGTERM');
    const hard = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
    const result = await this.exited;
    clearTimeout(hard);
    return result;
  }

  /** Ends it as a crash or a power cut would. */
  async kill() {
    this.process.kill('SIGKILL');
    return this.exited;
  }
}

/** Ends everything that still runs. */
export async function stopAll() {
  await Promise.all([...running].map((child) => child.stop()));
}

/** Makes Ctrl-C and friends end everything in order: `before` (browsers), then the programs. */
export function cleanUpOnSignal(before = async () => {}) {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
    process.once(signal, async () => {
      await before().catch(() => {});
      await stopAll();
      process.exit(code);
    });
  }
}

process.once('exit', () => {
  for (const child of running) child.process.kill('SIGKILL');
});
