// Waiting with a bound and a reason.

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `probe` until it gives something truthy; fails with `what` when the time is over.
 * A probe that throws is asked again: pages and processes come and go here on purpose.
 */
export async function until(what, probe, { timeout = 30_000, every = 50 } = {}) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${timeout} ms in vain for: ${what}${last ? ` (${last.message})` : ''}`);
    }
    await sleep(every);
  }
}

/** Thrown by a probe when waiting on is pointless. */
export class Fatal extends Error {}
