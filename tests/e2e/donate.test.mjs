// The Donate page as people use it, in both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Browser, DESKTOP, PHONE } from './lib/browser.mjs';
import { stopAll } from './lib/children.mjs';
import { Relay } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

let relay;
let browser;
let requester;

before(async () => {
  relay = await Relay.start('donate');
  browser = await Browser.start();
  requester = relay.submit();
  await requester.submitted();
});
after(async () => {
  await browser?.stop();
  await stopAll();
});

/** Runs `steps` with a volunteer who leaves afterwards, whatever happened. */
async function visit(options, steps) {
  const volunteer = await (await browser.volunteer(relay, options)).open();
  try {
    await steps(volunteer);
    assert.deepEqual(volunteer.errors, []);
  } finally {
    await volunteer.close();
  }
}

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

for (const [locale, lang] of [['en-US', 'en'], ['ja-JP', 'ja']]) {
  test(`nothing runs before consent; start, pause, finish then stop (${lang})`, { timeout: 180_000 }, async () => {
    await visit({ locale }, async (volunteer) => {
      const { page } = volunteer;
      await volunteer.at('consent-start').waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      assert.equal(JAPANESE.test(await volunteer.text('consent-start')), lang === 'ja');
      assert.equal(page.workers().length, 0, 'no worker before consent');

      await volunteer.consent();
      await until('a connection', () => volunteer.isConnected());
      assert.equal(JAPANESE.test(await volunteer.text('idle-line')), lang === 'ja');
      await volunteer.becomes(['auditor', 'compute']);
      assert.ok(page.workers().length > 0, 'units run in a worker');

      await volunteer.at('pause-hour').click();
      await volunteer.at('start').waitFor();
      await volunteer.at('start').click();
      await volunteer.at('pause-until').click();
      await volunteer.at('start').waitFor();
      await volunteer.at('unit-card').first().waitFor({ state: 'detached' });
      await volunteer.at('start').click();
      await volunteer.at('finish-stop').click();
      await volunteer.at('start').waitFor({ timeout: 60_000 });
    });
  });
}

test('sliders: what is chosen is in force and survives a reload', { timeout: 120_000 }, async () => {
  await visit({}, async (volunteer) => {
    await volunteer.consent();
    await volunteer.at('duty').fill('40');
    await volunteer.at('duty').dispatchEvent('change');
    await until('the choice to be shown', async () => (await volunteer.page.locator('output[for=duty]').innerText()).includes('40'));
    await volunteer.at('threads').fill('1');
    await volunteer.at('threads').dispatchEvent('change');
    assert.match(await volunteer.text('duty-actual'), /\d+/);
    await volunteer.page.reload();
    await volunteer.at('donate-page').waitFor();
    await until('the choice after a reload', async () => (await volunteer.at('duty').inputValue()) === '40');
    assert.equal(await volunteer.at('threads').inputValue(), '1');
  });
});

test('a stray earns its place: role, reputation, work and ledger move', { timeout: 240_000 }, async () => {
  await visit({}, async (volunteer) => {
    await volunteer.consent();
    await until('a role', async () => ['stray', 'auditor', 'compute'].includes(await volunteer.role()), { timeout: 60_000 });
    const height = await until('a head', () => volunteer.height());
    await volunteer.becomes(['auditor', 'compute']);
    assert.ok((await volunteer.number('reputation')) >= 1);
    await volunteer.reaches(height + 3);
    await volunteer.at('seismogram').waitFor();
    await until('itself and the relay among the peers', async () => (await volunteer.at('peer-row').count()) >= 2);
    await volunteer.at('reputation-table').locator('summary').click();
    assert.ok((await volunteer.at('reputation-table').locator('tbody tr').count()) >= 1);
  });
});

test('language and appearance are switched, and kept', { timeout: 120_000 }, async () => {
  await visit({}, async (volunteer) => {
    await volunteer.consent();
    await volunteer.at('nav-settings').click();
    await volunteer.at('lang-switch').selectOption('ja');
    await until('Japanese', async () => (await volunteer.page.locator('html').getAttribute('lang')) === 'ja');
    assert.match(await volunteer.text('nav-donate'), JAPANESE);
    const paper = () => volunteer.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await paper();
    await volunteer.at('theme-switch').selectOption('dark');
    await until('dark paper', async () => (await paper()) !== light);
    await volunteer.page.reload();
    await until('Japanese after a reload', async () => (await volunteer.page.locator('html').getAttribute('lang')) === 'ja');
    await until('dark paper after a reload', async () => (await paper()) !== light);
  });
});

for (const [size, viewport] of [['phone', PHONE], ['desktop', DESKTOP]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing serious: ${size}, ${colorScheme}`, { timeout: 180_000 }, async () => {
      await visit({ viewport, colorScheme, locale: size === 'phone' ? 'ja-JP' : 'en-US' }, async (volunteer) => {
        await volunteer.at('consent-start').waitFor();
        assert.deepEqual(await volunteer.violations(), [], 'consent');
        await volunteer.consent();
        await until('a connection', () => volunteer.isConnected());
        assert.deepEqual(await volunteer.violations(), [], 'donate');
        const overflow = await volunteer.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
        for (const page of ['nav-ledger', 'nav-network', 'nav-settings']) {
          await volunteer.at(page).click();
          await volunteer.page.locator('main h1').first().waitFor();
          assert.deepEqual(await volunteer.violations(), [], page);
        }
      });
    });
  }
}
