// The native half of a run: one relay, and requesters.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child } from './children.mjs';
import { bin, dist, runFolder } from './env.mjs';
import { Fatal, until } from './until.mjs';

/** A relay on free ports of the loopback interface. */
export class Relay {
  /** Starts one in a new folder, with a key that outlives a crash. */
  static async start(name) {
    const relay = new Relay();
    relay.folder = runFolder(name);
    relay.data = join(relay.folder, 'relay');
    relay.credential = join(relay.folder, 'credential');
    writeFileSync(relay.credential, 'only for this run\n', { mode: 0o600 });
    await relay.run('127.0.0.1:0', '127.0.0.1:0');
    return relay;
  }

  async run(http, ws) {
    const info = join(this.data, 'relay.json');
    rmSync(info, { force: true });
    const args = ['--listen-http', http, '--listen-ws', ws, '--dist', dist, '--data', this.data];
    this.child = new Child(join(bin, 'nora-relay'), [...args, '--credential', this.credential], {
      log: join(this.folder, 'relay.log'),
    });
    this.info = await until('the relay to listen', () => {
      if (!this.child.alive) throw new Fatal(`the relay ended:\n${this.child.tail()}`);
      return existsSync(info) && JSON.parse(readFileSync(info, 'utf8'));
    });
    await until('the relay to be healthy', async () => (await fetch(`${this.url}/healthz`)).ok);
  }

  /** The page's address; a browser takes the loopback interface for a secure context. */
  get url() {
    return this.info.http.replace(/\/$/, '');
  }

  /** Crash. */
  kill() {
    return this.child.kill();
  }

  /** The same relay again: same ports, same data. */
  async restart() {
    await this.run(`127.0.0.1:${port(this.info.http)}`, `127.0.0.1:${port(this.info.ws)}`);
  }

  stop() {
    return this.child.stop();
  }

  /** Starts `nora submit` for the quake job, or as `work` says. */
  submit({ name = 'requester', mode = 'paper', work = ['--job', 'quake'], extra = [], input } = {}) {
    return new Requester(this, name, ['--mode', mode, ...work, ...extra], input);
  }
}

/** The port of a multiaddress, an URL or `host:port`. */
export function port(address) {
  const found = /(?:\/tcp\/|:)(\d+)(?=\/|$)/.exec(String(address));
  if (!found) throw new Error(`no port in ${address}`);
  return Number(found[1]);
}

/** A running `nora submit --wait`. */
export class Requester {
  constructor(relay, name, args, input) {
    this.bundle = join(relay.folder, `${name}-bundle`);
    this.json = join(relay.folder, `${name}.json`);
    const fixed = ['submit', '--relay', relay.url, '--throwaway-key', '--wait', '--out', this.bundle, '--json', this.json];
    this.child = new Child(join(bin, 'nora'), [...fixed, ...args], {
      log: join(relay.folder, `${name}.log`),
      input,
      onLine: (line) => {
        // Printed when the job is on the ledger.
        if (/^job [0-9a-f]+$/.test(line)) this.opened ??= Date.now();
      },
    });
  }

  /** Waits until the job is on the ledger. */
  submitted(timeout = 60_000) {
    return until('the job on the ledger', () => {
      if (!this.child.alive && !this.opened) throw new Fatal(`nora submit ended:\n${this.child.tail()}`);
      return this.opened;
    }, { timeout });
  }

  /** Units accepted so far, as the requester prints them now and then. */
  get accepted() {
    const lines = [...this.log.matchAll(/^(\d+)\/(\d+) units/gm)];
    return lines.length ? Number(lines.at(-1)[1]) : 0;
  }

  get log() {
    return readFileSync(this.child.log, 'utf8');
  }

  /** Waits for the verified result and returns its figures. */
  async finished(timeout = 300_000) {
    await until('the requester to have its results', () => !this.child.alive, { timeout, every: 100 }).catch((error) => {
      throw new Error(`${error.message}\n${this.child.tail()}`);
    });
    const { code } = this.child.result;
    if (code !== 0) throw new Error(`nora submit ended with ${code}:\n${this.child.tail()}`);
    return JSON.parse(readFileSync(this.json, 'utf8'));
  }
}

/** Runs `nora` to its end: {code, text}. */
export async function nora(args, { name = 'nora', folder = runFolder('nora'), input } = {}) {
  const child = new Child(join(bin, 'nora'), args, { log: join(folder, `${name}.log`), input });
  const { code, error } = await child.exited;
  if (error) throw error;
  return { code, text: readFileSync(child.log, 'utf8') };
}
