// A person in front of the page: sees what is on it, clicks what is on it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { until } from './until.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Volunteer {
  constructor(context, url) {
    this.context = context;
    this.url = url;
    this.errors = [];
  }

  /** Opens the page (or another tab of the same browser). */
  async open() {
    this.page = await this.context.newPage();
    this.page.on('pageerror', (error) => this.errors.push(String(error)));
    this.page.on('crash', () => this.errors.push('the page crashed'));
    this.opened = Date.now();
    await this.page.goto(this.url, { waitUntil: 'domcontentloaded' });
    return this;
  }

  /** The element with this test id. */
  at(id) {
    return this.page.getByTestId(id);
  }

  /** Reads what will be run and for whom, and agrees. */
  async consent() {
    await this.at('consent-start').click();
    this.consented = Date.now();
    await this.at('donate-page').waitFor();
    return this;
  }

  async text(id) {
    return (await this.at(id).first().innerText()).trim();
  }

  /** The number in an element, without separators. */
  async number(id) {
    const digits = /\d+/.exec((await this.text(id)).replace(/[,.\s\u00a0\u202f]/g, ''));
    return digits ? Number(digits[0]) : NaN;
  }

  role() {
    return this.at('role-badge').first().getAttribute('data-role');
  }

  async height() {
    return Number(await this.at('ledger-head').first().getAttribute('data-height'));
  }

  async isConnected() {
    return (await this.at('connection').first().getAttribute('data-state')) === 'connected';
  }

  /** The own key, from the list of peers on the Network page. */
  async key() {
    await this.at('nav-network').click();
    const own = this.page.locator('[data-testid=peer-row]:has(strong) code[title]').first();
    const key = await own.getAttribute('title', { timeout: 60_000 });
    await this.at('nav-donate').click();
    await this.at('donate-page').waitFor();
    return key;
  }

  /** Waits for one of these roles. */
  becomes(roles, timeout = 120_000) {
    return until(`the role ${roles}`, async () => {
      const role = await this.role();
      return [roles].flat().includes(role) && role;
    }, { timeout });
  }

  /** Waits until the ledger here stands at `height` or above. */
  reaches(height, timeout = 60_000) {
    return until(`height ${height}`, async () => (await this.height()) >= height, { timeout });
  }

  /** Violations that axe finds, serious and critical ones: `id: element` each. */
  async violations() {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return grave.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
  }

  close() {
    return this.context.close();
  }
}
