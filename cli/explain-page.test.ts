/** The page of `explain --html` in a browser: the system's Chromium, at a laptop's and at a phone's size. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COUNTEREXAMPLE_FORMAT, COUNTEREXAMPLE_VERSION, type Counterexample } from '../properties/index.ts';
import { namedScenario } from '../properties/scenario.ts';
import { tell } from './explain.ts';
import { pageOf } from './explain/page.ts';
import { contextOf } from './fake-kit.test-helper.ts';
import { loadKit } from './kit.ts';

const CHROMIUM = [process.env['PSL_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
const LAPTOP = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };

/** A client under a router whose way is cut asks for another place, and a copy of its old placement follows. */
const REPLAYED: Counterexample = {
  format: COUNTEREXAMPLE_FORMAT,
  version: COUNTEREXAMPLE_VERSION,
  kit: '0.1.0',
  subject: 'mutant:accepts-old-placement',
  property: 'placement-authority',
  title: 'old placement',
  seed: 1,
  run: 0,
  capabilities: ['outsider', 'churn'],
  violation: { verdict: 'violated', message: 'c2 installed an old version', step: 50 },
  digest: 'ab',
  scenario: namedScenario('small')!,
  moves: [
    { move: 'crash', node: 'r1' },
    { move: 'elapse', ms: 6000 },
    { move: 'attack', attack: { kind: 'replay', message: 'C>c2 placement #1' } },
  ],
};

/** In CI there is a browser, or the run is red. */
const canLook = CHROMIUM !== undefined || process.env['CI'] !== undefined;
if (!canLook) console.warn('cli/explain-page.test.ts: skipped, for there is no Chromium (PSL_CHROMIUM)');

describe.skipIf(!canLook)('the page', () => {
  let browser: Browser;
  let folder: string;
  let url: string;
  let page: Page;
  /** What went wrong in the page, and what it asked the network for. */
  let errors: string[];
  let requests: string[];

  beforeAll(async () => {
    if (CHROMIUM === undefined) throw new Error('no Chromium: set PSL_CHROMIUM, or apt-get install chromium');
    folder = mkdtempSync(join(tmpdir(), 'psl-page-'));
    const story = await tell(contextOf(await loadKit()), 'found.json', REPLAYED, REPLAYED.subject, false);
    const file = join(folder, 'story.html');
    writeFileSync(file, await pageOf(story));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  async function look(viewport: typeof LAPTOP, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    page = await browser.newPage({ viewport, colorScheme, hasTouch: viewport === PHONE });
    errors = [];
    requests = [];
    page.on('console', (message) => void errors.push(message.text()));
    page.on('pageerror', (error) => void errors.push(error.message));
    page.on('request', (request) => void requests.push(request.url()));
    await page.goto(url);
    await page.waitForSelector('.row[aria-current]');
  }

  const textOf = (selector: string): Promise<string> => page.locator(selector).innerText();
  const litStates = (): Promise<string[]> =>
    page
      .locator('#chart-picture .leaf.lit')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-state') ?? ''));
  const currentRow = (): Promise<number> =>
    page.locator('#rows > li').evaluateAll((all) => all.findIndex((one) => one.hasAttribute('aria-current')));

  describe('on a laptop', () => {
    beforeEach(() => look(LAPTOP));
    afterEach(async () => {
      expect(errors).toEqual([]);
      expect(requests).toEqual([url]);
      await page.close();
    });

    test('steps by keys, there and back', async () => {
      const sentences = [await textOf('#sentence')];
      for (const key of ['ArrowRight', 'j', 'ArrowRight']) {
        await page.keyboard.press(key);
        sentences.push(await textOf('#sentence'));
      }
      expect(new Set(sentences).size).toBe(4);
      for (const key of ['k', 'ArrowLeft', 'k']) {
        sentences.pop();
        await page.keyboard.press(key);
        expect(await textOf('#sentence')).toBe(sentences.at(-1));
      }
      await page.keyboard.press('End');
      expect(await textOf('#where')).toMatch(/^Step (\d+) of \1 /);
      await page.keyboard.press('ArrowRight');
      expect(await textOf('#where')).toMatch(/^Step (\d+) of \1 /);
      await page.keyboard.press('Home');
      expect(await textOf('#where')).toMatch(/^Step 1 of /);
    });

    test('steps by the slider, and by a click on a row or a sentence', async () => {
      await page.locator('#slider').fill('2');
      expect(await textOf('#where')).toMatch(/^Step 3 of /);
      await page.locator('#rows .row:not(.fold)').first().click();
      expect(await textOf('#where')).toMatch(/^Step 1 of /);
      await page.locator('#beats li[data-rows]').last().click();
      expect(await textOf('#where')).toMatch(/^Step (\d+) of \1 /);
    });

    test('marks the violation, and says what should have been', async () => {
      await page.keyboard.press('End');
      expect(await page.locator('.row.broken').count()).toBe(1);
      expect(await page.locator('.row.broken .cross').count()).toBe(1);
      expect(await page.locator('.row.broken').getAttribute('aria-current')).toBe('step');
      expect(await textOf('#departure')).toMatch(/c2 should instead have dropped it/);
      expect(await textOf('#verdict')).toBe('Here placement-authority breaks.');
      expect(await page.locator('.tag.past').count()).toBe(1);
      // What it now believes is not the tree.
      expect(await page.locator('#tree-picture .believed').count()).toBeGreaterThan(0);
    });

    test('lights the state that the node is in', async () => {
      const seen = new Set<string>();
      const count = Number(await page.locator('#slider').getAttribute('max'));
      for (let step = 0; step <= count; step += 1) {
        const lit = await litStates();
        const states = new Set(lit.map((id) => id.split('_')[0]));
        expect(states.size).toBeLessThanOrEqual(1);
        seen.add(lit.join(' '));
        await page.keyboard.press('ArrowRight');
      }
      expect([...seen].some((lit) => lit.includes('client_up') && lit.includes('orphaned'))).toBe(true);
      expect([...seen].some((lit) => lit.includes('client_up') && lit.includes('attached'))).toBe(true);
      await page.locator('#nodes button', { hasText: 'r1' }).click();
      expect(await page.locator('#chart-picture').getAttribute('data-note')).toBe('r1 is off');
    });

    test('shows the tree as it was', async () => {
      expect(await textOf('#version')).toBe('of version 3');
      expect(await page.locator('#tree-picture .node.down').count()).toBe(0);
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#tree-picture .node.down').count()).toBe(1);
      await page.keyboard.press('End');
      expect(await textOf('#version')).not.toBe('of version 3');
      expect(await page.locator('#tree-picture').getAttribute('aria-label')).toMatch(/c2 under C/);
    });

    test('tells a message on hover and on focus', async () => {
      expect(await page.locator('#tip').isVisible()).toBe(false);
      const row = page.locator('.row', { has: page.locator('.message') }).first();
      await row.locator('.message .label').hover();
      expect(await textOf('#tip')).toMatch(/type: \w+/);
      await page.mouse.move(2, 2);
      expect(await page.locator('#tip').isVisible()).toBe(false);
      await row.locator('button').focus();
      expect(await page.locator('#tip').isVisible()).toBe(true);
    });

    test('unfolds routine, one stretch or all of it', async () => {
      const before = await page.locator('#rows > li').count();
      await page.locator('.fold button').first().click();
      const more = await page.locator('#rows > li').count();
      expect(more).toBeGreaterThan(before);
      await page.locator('.fold button').first().click();
      expect(await page.locator('#rows > li').count()).toBe(before);
      await page.locator('#routine').check();
      const all = await page.locator('#rows > li').count();
      expect(all).toBeGreaterThan(more);
      expect(await currentRow()).toBeGreaterThanOrEqual(0);
    });

    test('shows the nearest passing run, and where the two part', async () => {
      await page.keyboard.press('End');
      await page.locator('#runs button', { hasText: 'passing' }).click();
      expect(await page.locator('.row.broken').count()).toBe(0);
      await page.keyboard.press('End');
      expect(await textOf('#sentence')).toMatch(/holds to the end/);
      await page.locator('#runs button', { hasText: 'This run' }).click();
      expect(await page.locator('.row.parting').count()).toBe(1);
      await page.keyboard.press('Home');
      expect(await textOf('#where')).toContain('the same in both runs');
    });

    test('says the headline, and what each move is needed for', async () => {
      expect(await textOf('#headline')).toBe('placement-authority is broken on mutant:accepts-old-placement');
      await page.locator('#about summary').click();
      expect(await page.locator('#about-text ol li').count()).toBe(3);
      expect(await textOf('#about-text')).toContain('Who is there: C is the coordinator.');
      expect(await textOf('#about-text')).toMatch(
        /What the reference does on the same moves: Up to .*The property holds to the end/s,
      );
      expect(await textOf('#about-text')).toMatch(/Without it the property holds/);
      expect(await textOf('#about-text')).toMatch(
        /The nearest schedule .* The difference: it never comes to step \d+/,
      );
    });

    test('has everything about a step on one screen', async () => {
      await page.keyboard.press('End');
      for (const selector of ['#now', '#tree', '#chart', '#time', '#controls']) {
        const box = await page.locator(selector).boundingBox();
        expect((box?.y ?? 0) + (box?.height ?? 0), selector).toBeLessThanOrEqual(LAPTOP.height + 1);
      }
    });
  });

  test.each(['light', 'dark'] as const)('has contrast in %s', async (scheme) => {
    await look(LAPTOP, scheme);
    await page.keyboard.press('End');
    for (const selector of [
      '#sentence',
      '#departure',
      '#verdict',
      '#where',
      '#terms dd',
      '.badge',
      '.fold button span',
    ])
      expect(await contrastOf(page, selector), selector).toBeGreaterThanOrEqual(4.5);
    await page.close();
  });

  describe('on a phone', () => {
    beforeEach(() => look(PHONE, 'dark'));
    afterEach(async () => {
      expect(errors).toEqual([]);
      await page.close();
    });

    test('is as wide as the screen', async () => {
      await page.keyboard.press('End');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      await page.locator('#routine').check();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      // Nothing of the diagram is cut off either.
      const [inside, room] = await page
        .locator('#scroll')
        .evaluate((one) => [one.scrollWidth, one.clientWidth] as const);
      expect(inside).toBeLessThanOrEqual(room);
    });

    test('steps by taps', async () => {
      await page.locator('#forward').tap();
      expect(await textOf('#where')).toMatch(/^Step 2 of /);
      await page.locator('#last').tap();
      expect(await textOf('#where')).toMatch(/^Step (\d+) of \1 /);
      await page.locator('#back').tap();
      await page.locator('#first').tap();
      expect(await textOf('#where')).toMatch(/^Step 1 of /);
      for (const button of await page.locator('#controls button').all()) {
        const box = await button.boundingBox();
        expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
      }
      await page
        .locator('.row', { has: page.locator('.message') })
        .first()
        .tap();
      await page.locator('#message summary').tap();
      expect(await textOf('#fields')).toMatch(/type: \w+/);
    });
  });

  test('draws what should not have been sent', async () => {
    await look(LAPTOP);
    const labels = await page.locator('.row.broken .extra .label').allTextContents();
    expect(labels).toContainEqual(expect.stringMatching(/^should not send placement-ack v\d+$/));
    await page.close();
  });

  test('prints the story, and nothing that one can only click', async () => {
    await look(LAPTOP);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#beats').isVisible()).toBe(true);
    expect(await page.locator('#controls').isVisible()).toBe(false);
    await page.close();
  });
});

/** Contrast of a text with what is behind it, as WCAG defines it. Runs in the page, where the types of this file are not. */
const CONTRAST = `(element) => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let ground = [255, 255, 255];
  for (let behind = element; behind !== null; behind = behind.parentElement) {
    const colour = parse(getComputedStyle(behind).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) {
      ground = colour;
      break;
    }
  }
  const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}`;

function contrastOf(page: Page, selector: string): Promise<number> {
  return page.evaluate(`(${CONTRAST})(document.querySelector(${JSON.stringify(selector)}))`);
}
