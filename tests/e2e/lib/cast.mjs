// Who takes part in a run, and in which order they come.

import { until } from './until.mjs';

/**
 * Opens the volunteers. Liars come first, one after the other, and the honest ones when each liar has proved itself: the
 * compute seats go to the first who earn them, so every liar gets the chance to lie. Returns {volunteer, key, liar} each.
 */
export async function cast(browser, relay, requester, { honest, liars, say = () => {} }) {
  const people = [];
  for (let index = 0; index < liars; index += 1) {
    people.push(await join(browser, relay, true));
    await Promise.race([
      people.at(-1).volunteer.becomes(['auditor', 'compute'], 120_000),
      requester.child.exited.then(() => { throw new Error(`the requester ended early:\n${requester.child.tail()}`); }),
    ]);
    say(`a volunteer with a modified client is ${await people.at(-1).volunteer.role()}`);
  }
  people.push(...(await Promise.all(Array.from({ length: honest }, () => join(browser, relay, false)))));
  say(`${people.length} volunteers take part`);
  return people;
}

async function join(browser, relay, liar) {
  const volunteer = await (await browser.volunteer(relay, { liar })).open();
  await volunteer.consent();
  await until('a connection', () => volunteer.isConnected());
  volunteer.connected = Date.now();
  return { volunteer, liar, key: await volunteer.key() };
}
