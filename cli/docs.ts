/**
 * Tables in docs/ that are made from the code: between `<!-- table: NAME -->` and `<!-- end -->` in a Markdown file.
 * `node dist/cli/docs.js` writes them, `--check` fails when one is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  CAPABILITIES,
  DEFAULT_PARAMETERS,
  FLAT_SCOPE,
  JUSTIFIED,
  MUTANTS,
  NAMED_SCENARIOS,
  PROPERTIES,
  promised,
  PROTOTYPE_SCOPE,
  SITUATIONS,
  THREATS,
  type Scope,
} from '../properties/index.ts';
import { encodingBlock } from './encoding-examples.ts';
import { markdownTable } from './markdown.ts';
import { PROTOTYPE_PAGE, updatePrototypePage } from './prototype-page.ts';

const PARAMETER_MEANINGS: Readonly<Record<keyof typeof DEFAULT_PARAMETERS, string>> = {
  k: 'children of a node, at most',
  heartbeatMs: 'a node greets its neighbours this often',
  suspectMs: 'a neighbour unheard for this long is suspected',
  joinMs: 'a join is repeated this often',
  placementMs: 'placements that were not acknowledged are repeated this often',
  probeMs: 'a probed node that has not answered by then is dead',
  epochMs: 'the coordinator opens an epoch this often',
  eoeMs: 'the coordinator closes an epoch at the latest after this long',
  shards: 'shards that records belong to',
  domains: 'administrative domains; 1: none',
  logWindow: 'records kept per capsule by routers and the coordinator',
  maxCapsules: 'capsules that a node keeps anything of',
  maxEarly: 'early records that a client holds back per capsule',
  maxQueue: 'puts that a client queues while it cannot write',
  maxOwnRecords: 'records that a client writes in one capsule',
  maxRepair: 'records asked for in one Nak',
  maxPendingNaks: 'ranges that a node has asked for and not got',
  doubtEpochs: 'a client doubts its parent once its path has served nothing for so many epochs',
};

function scopeTable(scopes: readonly Scope[]): string {
  return markdownTable(
    ['property', 'asked', 'how it is meant, or why it does not apply'],
    scopes.map(({ property, applies, why }) => [`\`${property}\``, applies ? 'yes' : 'no', why]),
  );
}

/** The tables by name. */
export const TABLES: Readonly<Record<string, () => string>> = {
  properties: () =>
    markdownTable(
      ['id', 'kind', 'statement', 'source'],
      PROPERTIES.map(({ id, kind, statement, source }) => [`\`${id}\``, kind, statement, source]),
    ),
  capabilities: () =>
    markdownTable(
      ['capability', 'moves'],
      // A row per move: a cell with all of them could not be read as text.
      CAPABILITIES.flatMap(({ id, moves }) =>
        moves.map((move, index) => [index === 0 ? `\`${id}\`` : '', move]),
      ),
    ),
  mutants: () =>
    markdownTable(
      ['mutant', 'what is wrong with it', 'breaks'],
      MUTANTS.map(({ id, title, breaks }) => [
        `\`${id}\``,
        title,
        breaks.map((name) => `\`${name}\``).join(', '),
      ]),
    ),
  'threat-model': () =>
    markdownTable(
      ['property', ...THREATS.map(({ capability }) => `\`${capability}\``)],
      PROPERTIES.map(({ id }) => [
        `\`${id}\``,
        ...THREATS.map((threat) => `[${promised(threat, id)}](../${threat.suite})`),
      ]),
    ),
  scenarios: () =>
    markdownTable(
      ['scenario', 'what it is'],
      NAMED_SCENARIOS.map(({ name, title }) => [`\`${name}\``, title]),
    ),
  'prototype-scope': () => scopeTable(PROTOTYPE_SCOPE),
  'flat-scope': () => scopeTable(FLAT_SCOPE.filter((scope) => !PROTOTYPE_SCOPE.includes(scope))),
  situations: () =>
    markdownTable(
      ['situation', 'what happens'],
      SITUATIONS.map(({ id, title }) => [`\`${id}\``, title]),
    ),
  justified: () =>
    markdownTable(
      ['outcome', 'why it cannot be reached'],
      Object.entries(JUSTIFIED).map(([id, why]) => [`\`${id}\``, why]),
    ),
  encoding: encodingBlock,
  parameters: () =>
    markdownTable(
      ['parameter', 'default', 'meaning'],
      Object.entries(PARAMETER_MEANINGS).map(([name, meaning]) => [
        `\`${name}\``,
        String(DEFAULT_PARAMETERS[name as keyof typeof DEFAULT_PARAMETERS]),
        meaning,
      ]),
    ),
};

const MARKED = /(<!-- table: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The text of a page with its tables made anew. Throws for a table that does not exist. */
export function withTables(page: string, file: string): string {
  return page.replace(MARKED, (_, begin: string, name: string, end: string) => {
    const make = TABLES[name];
    if (make === undefined)
      throw new Error(
        `${file}: there is no table ${name}; expected one of ${Object.keys(TABLES).join(', ')}`,
      );
    return `${begin}\n${make()}\n\n${end}`;
  });
}

/** Brings all pages up to date; returns the names of those that were not. With `check`, writes nothing. */
export function updateDocs(folder: string, check: boolean): readonly string[] {
  const stale: string[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.md'))) {
    const file = join(folder, name);
    const page = readFileSync(file, 'utf8');
    const fresh = withTables(page, file);
    if (fresh === page) continue;
    stale.push(name);
    if (!check) writeFileSync(file, fresh);
  }
  return stale;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const check = process.argv.includes('--check');
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const isPageStale = await updatePrototypePage(root, check);
  const stale = [...updateDocs(join(root, 'docs'), check), ...(isPageStale ? [PROTOTYPE_PAGE] : [])];
  for (const name of stale) console.log(check ? `stale: docs/${name} (npm run docs)` : `wrote docs/${name}`);
  if (check && stale.length > 0) process.exitCode = 1;
}
