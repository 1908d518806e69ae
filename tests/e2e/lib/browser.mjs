// Chromium: one context per volunteer, each with its own storage and so its own identity.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { chrome, liarDist } from './env.mjs';
import { Volunteer } from './volunteer.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 860 };

/** A browser and the volunteers in it. */
export class Browser {
  static async start() {
    const self = new Browser();
    self.browser = await chromium.launch({ executablePath: chrome, headless: true, args: FLAGS });
    return self;
  }

  /** A person with a browser of their own; nothing is opened yet. */
  async volunteer(relay, { liar = false, locale = 'en-US', colorScheme = 'light', viewport = DESKTOP, init } = {}) {
    const context = await this.browser.newContext({ locale, colorScheme, viewport, reducedMotion: 'reduce' });
    context.setDefaultTimeout(30_000);
    if (liar) await modify(context);
    if (init) await context.addInitScript(init);
    return new Volunteer(context, relay.url);
  }

  stop() {
    return this.browser.close();
  }
}

/**
 * What a volunteer does who modified its client: this browser gets another worker. Only the worker: keys, ledger and
 * network code are the real ones, so the lie passes every check but the audit.
 */
async function modify(context) {
  const worker = /\/nora_web_worker(?:_bg)?(?:-[0-9a-f]{16})?\.(js|wasm)(?:\?.*)?$/;
  await context.route(worker, async (route) => {
    const kind = worker.exec(route.request().url())[1];
    const file = kind === 'js' ? 'nora_web_worker.js' : 'nora_web_worker_bg.wasm';
    const contentType = kind === 'js' ? 'text/javascript' : 'application/wasm';
    await route.fulfill({ status: 200, contentType, body: readFileSync(join(liarDist, file)) });
  });
}
