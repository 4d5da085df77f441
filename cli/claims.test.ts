/** What a multicast costs: counted, not computed; and what docs/claims.md shows is what is measured. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { multicastCost, routersFor } from '../properties/cost.ts';
import { withMeasured } from '../bench/measured.ts';
import { claims, CLAIMS_PAGE, CLAIMS_PLOT } from './claims.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'psl-claims-'));
});
afterEach(() => rmSync(out, { recursive: true }));

describe('claims', () => {
  test('docs/claims.md and its plot are what is measured', { timeout: 180_000 }, async () => {
    copyFileSync(join(docs, CLAIMS_PAGE), join(out, CLAIMS_PAGE));
    expect(await claims(contextOf(fakeKit([])), { out })).toBe(0);
    for (const file of [CLAIMS_PAGE, CLAIMS_PLOT])
      expect(readFileSync(join(out, file), 'utf8')).toBe(readFileSync(join(docs, file), 'utf8'));
  });

  test('one object with --json, for the subjects and numbers that were asked for', async () => {
    const context = contextOf(fakeKit([]));
    expect(await claims(context, { subject: ['reference'], clients: ['3', '5'], k: '4', json: true })).toBe(
      0,
    );
    const { k, costs } = JSON.parse(context.terminal.stdout()) as { k: number; costs: object[] };
    expect(k).toBe(4);
    expect(costs).toEqual([multicastCost('reference', 3, 4), multicastCost('reference', 5, 4)]);
  });

  test('wrong calls say so in one line', async () => {
    const call = (options: Parameters<typeof claims>[1]) => claims(contextOf(fakeKit([])), options);
    await expect(call({ clients: ['33'] })).rejects.toThrow(
      '33 clients with K = 2 take 65 nodes; at most 64',
    );
    await expect(call({ clients: ['1'] })).rejects.toThrow('--clients: expected a whole number from 2');
    await expect(call({ subject: ['refrence'] })).rejects.toThrow('did you mean reference?');
    await expect(call({ k: '1' })).rejects.toThrow('--k: expected a whole number from 2');
    await expect(call({ out: join(docs, CLAIMS_PAGE) })).rejects.toThrow('--out: expected a folder');
  });
});

describe('the cost of a multicast', () => {
  test('by hand: two clients under the coordinator', () => {
    // c1 to C, C to c2; and the same from c2.
    expect(multicastCost('reference', 2, 2)).toMatchObject({
      routers: 0,
      multicasts: 2,
      messages: 2,
      atCoordinator: 2,
      coordinatorPercent: 100,
      perNodeMost: 2,
      hopsMost: 2,
      enclaveEntries: 0.5,
      deliveredPercent: 100,
    });
    // The flat protocol sends the writer its own record, too.
    expect(multicastCost('flat-2021', 2, 2)).toMatchObject({ messages: 3, enclaveEntries: 1 });
  });

  test('twice the messages shows: a mutant that forwards twice', () => {
    const [right, twice] = ['reference', 'mutant:forwards-twice'].map((id) => multicastCost(id, 4, 2));
    expect(twice?.messages).toBeGreaterThan(right?.messages ?? Number.NaN);
    expect(twice?.perNodeMost).toBeGreaterThan(right?.perNodeMost ?? Number.NaN);
  });

  test.each([
    [2, 2, 0],
    [4, 2, 2],
    [32, 2, 30],
    [7, 4, 1],
    [8, 4, 2],
  ])('%i clients with K = %i have places with %i routers, and not with one less', (clients, k, routers) => {
    const places = (inner: number): number => (inner + 1) * k - inner;
    expect(routersFor(clients, k)).toBe(routers);
    expect(places(routers)).toBeGreaterThanOrEqual(clients);
    if (routers > 0) expect(places(routers - 1)).toBeLessThan(clients);
  });
});

test('a page without a measured part gets one at its end', () => {
  const page = withMeasured('# A page\n', 'figures\n', 'claims');
  expect(page).toMatch(/^# A page\n\n<!-- .* -->\n\nfigures\n\n<!-- .* -->\n$/);
  expect(withMeasured(page, 'others\n', 'claims')).toBe(page.replace('figures', 'others'));
});
