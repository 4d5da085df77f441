/** The measured parts of docs/scale.md. */
import { EDGE_NETWORK, PUT, type Scaled } from '../scale/index.ts';
import { machine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { count } from './terminal.ts';
import { boundValue, latencyText, mebibytes } from './units.ts';

/** The page and the picture that `--out` writes. */
export const SCALE_PAGE = 'scale.md';
export const SCALE_PLOT = 'scale.svg';

/** One simulation, and what it took. */
export interface ScaleRow extends Scaled {
  readonly durationMs: number;
  /** Processor time. */
  readonly cpuMs: number;
  /** The most memory that the process had until the end of this row. */
  readonly memoryMiB: number;
}

/** What the simulations came to, a row each; equal at each run. */
export function scaleFigures(rows: readonly Scaled[]) {
  return {
    head: [
      'clients',
      'topology',
      'routers',
      'depth',
      'fullest node',
      'total sends',
      'hops p50',
      'p99',
      'max',
      'MiB',
      'latency',
      'epoch sends',
      'epoch latency',
      'answers',
      'bounds',
    ],
    cells: rows.map(({ topology, clients, routers, depth, hops, multicast, epoch, bounds }) => [
      count(clients),
      topology,
      count(routers),
      String(depth),
      count(multicast.fullest.sends + multicast.fullest.receives),
      count(multicast.totalSends),
      String(hops.p50),
      String(hops.p99),
      String(hops.max),
      mebibytes(multicast.bytes),
      latencyText(multicast.latencyNs),
      count(epoch.totalSends),
      latencyText(epoch.latencyNs),
      count(epoch.answers),
      bounds.every(({ holds }) => holds)
        ? `${bounds.length} hold`
        : `${bounds.filter(({ holds }) => !holds).length} of ${bounds.length} BROKEN`,
    ]),
  };
}

function figuresTable(rows: readonly Scaled[]): string {
  const { head, cells } = scaleFigures(rows);
  return markdownTable(head, cells);
}

/** The bounds of the greatest size of each topology. */
function boundsTable(rows: readonly Scaled[]): string {
  const topologies = [...new Set(rows.map(({ topology }) => topology))];
  const greatest = topologies.flatMap((topology) => rows.findLast((row) => row.topology === topology) ?? []);
  return markdownTable(
    ['clients', 'topology', 'bound', 'value', '', 'bound', 'holds'],
    greatest.flatMap(({ clients, topology, bounds }) =>
      bounds.map((bound) => [
        count(clients),
        topology,
        bound.statement,
        boundValue(bound.id, bound.value),
        bound.must,
        boundValue(bound.id, bound.bound),
        bound.holds ? 'yes' : 'NO',
      ]),
    ),
  );
}

/** Load per level of the greatest tree. */
function levelsTable(rows: readonly Scaled[]): string {
  const greatest = rows.at(-1);
  return markdownTable(
    ['level', 'nodes', 'sends', 'receives', 'MiB', 'a node', 'epoch: sends', 'receives', 'MiB', 'a node'],
    (greatest?.multicast.levels ?? []).map((load, level) => {
      const other = greatest?.epoch.levels[level] ?? load;
      return [load, other].reduce<string[]>(
        (cells, one) => [
          ...cells,
          count(one.sends),
          count(one.receives),
          mebibytes(one.bytes),
          count(one.fullest),
        ],
        [String(level), count(load.nodes)],
      );
    }),
  );
}

function costTable(rows: readonly ScaleRow[]): string {
  return markdownTable(
    ['clients', 'topology', 'processor time', 'memory of the process until then'],
    rows.map(({ clients, topology, cpuMs, memoryMiB }) => [
      count(clients),
      topology,
      `${(cpuMs / 1000).toFixed(2)} s`,
      `${count(memoryMiB)} MiB`,
    ]),
  );
}

/** The parts of the page by name. */
const PARTS: Readonly<Record<string, (rows: readonly ScaleRow[]) => string>> = {
  network: () => {
    const { delayNs, sendNs, edgeMbps, maxMbps } = EDGE_NETWORK;
    return markdownTable(
      ['what', 'how much'],
      [
        ['delay of a link', latencyText(delayNs)],
        ['work for a send', `${sendNs / 1000} µs`],
        ['port of a client', `${edgeMbps} Mbit/s`],
        ['port of a node one level higher', 'K times as much'],
        ['but at most', `${maxMbps / 1000} Gbit/s`],
        ['the put', `key of ${PUT.key.length} bytes, value of ${PUT.value.length}`],
      ],
    );
  },
  figures: figuresTable,
  levels: levelsTable,
  bounds: boundsTable,
  cost: (rows) => `On ${machine()}:\n\n${costTable(rows)}`,
};

const MARKED = /(<!-- psl-verify scale: ([a-z]+) -->\n)[^]*?(<!-- end -->)/g;

/** The page with its measured parts made anew; a page that has none gets them all at its end. */
export function withScale(page: string, rows: readonly ScaleRow[]): string {
  const hasParts = page.search(MARKED) >= 0;
  const empty = Object.keys(PARTS).map((name) => `<!-- psl-verify scale: ${name} -->\n<!-- end -->`);
  const whole = hasParts ? page : `${page === '' ? '' : `${page.trimEnd()}\n\n`}${empty.join('\n\n')}\n`;
  return whole.replace(MARKED, (all, begin: string, name: string, end: string) => {
    const part = PARTS[name];
    return part === undefined ? all : `${begin}\n${part(rows)}\n\n${end}`;
  });
}
