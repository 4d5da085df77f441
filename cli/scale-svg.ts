/** The plots of `psl-verify scale`: a panel per figure, a line per topology, both axes logarithmic. Equal figures give equal bytes. */
import type { Scaled } from '../scale/index.ts';

interface Panel {
  readonly title: string;
  readonly valueOf: (row: Scaled) => number;
}

const PANELS: readonly Panel[] = [
  {
    title: 'Messages at the fullest node, per multicast',
    valueOf: ({ multicast: { fullest } }) => fullest.sends + fullest.receives,
  },
  { title: 'Messages of all nodes, per multicast', valueOf: ({ multicast }) => multicast.totalSends },
  { title: 'Hops from writer to subscriber, at most', valueOf: ({ hops }) => hops.max },
  { title: 'Latency of a multicast, milliseconds', valueOf: ({ multicast }) => multicast.latencyNs / 1e6 },
  {
    title: 'MiB sent by the fullest node, per multicast',
    valueOf: ({ multicast: { fullest } }) => fullest.bytes / 2 ** 20,
  },
  { title: 'Latency of an epoch, milliseconds', valueOf: ({ epoch }) => epoch.latencyNs / 1e6 },
];

const WIDTH = 440;
const HEIGHT = 250;
const LEFT = 64;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 44;
const COLUMNS = 2;
/** Room at the right for half of the last label. */
const MARGIN = 24;
const LEGEND_HEIGHT = 36;
/** More powers of ten than this are labelled every other one. */
const MAX_LABELS = 8;

/** Lines that lie upon each other are told apart by width, dashes and marks, not by colour alone. */
const STYLES = ['a', 'b', 'c', 'd'] as const;

/** Colours follow the reader's: light, or dark where the system is. */
const STYLE = `<style>
svg { --page: #ffffff; --ink: #1f2328; --grid: #d8dee4; --a: #b3541e; --b: #1f6f8b; --c: #6639a6; --d: #4d7c0f }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #e6edf3; --grid: #30363d; --a: #f0883e; --b: #58a6ff; --c: #bc8cff; --d: #a3e635 } }
.page { fill: var(--page) }
text { fill: var(--ink) }
.title { font-weight: bold }
.grid { stroke: var(--grid); fill: none }
.line { fill: none; stroke-linejoin: round }
.line.a { stroke: var(--a); stroke-width: 2.5; stroke-dasharray: 7 4 }
.line.b { stroke: var(--b); stroke-width: 2.5 }
.line.c { stroke: var(--c); stroke-width: 1.5; stroke-dasharray: 2 3 }
.line.d { stroke: var(--d); stroke-width: 1.5; stroke-dasharray: 9 3 2 3 }
.mark.a { fill: var(--a) }
.mark.b { fill: var(--page); stroke: var(--b); stroke-width: 2 }
.mark.c { fill: var(--c) }
.mark.d { fill: var(--page); stroke: var(--d); stroke-width: 1.5 }
</style>`;

/** Draws them. */
export function scaleSvg(rows: readonly Scaled[]): string {
  const topologies = [...new Set(rows.map(({ topology }) => topology))];
  const [width, height] = [
    COLUMNS * WIDTH + MARGIN,
    Math.ceil(PANELS.length / COLUMNS) * HEIGHT + LEGEND_HEIGHT,
  ];
  const panels = PANELS.map((panel, at) => {
    const x = (at % COLUMNS) * WIDTH;
    const y = LEGEND_HEIGHT + Math.floor(at / COLUMNS) * HEIGHT;
    return `<g transform="translate(${x} ${y})">\n${panelOf(panel, rows, topologies)}\n</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-labelledby="title desc">
<title id="title">The protocol at scale, by the number of clients</title>
<desc id="desc">${description(rows, topologies)}</desc>
${STYLE}
<rect class="page" width="100%" height="100%"/>
${legendOf(topologies, rows)}
${panels.join('\n')}
</svg>
`;
}

/** The ends of the lines in words. */
function description(rows: readonly Scaled[], topologies: readonly string[]): string {
  return PANELS.map(({ title, valueOf }) => {
    const ends = topologies.map((topology) => {
      const own = rows.filter((row) => row.topology === topology);
      const [first, last] = [own[0], own.at(-1)];
      if (first === undefined || last === undefined) return topology;
      return `${topology} from ${short(valueOf(first))} with ${first.clients} clients to ${short(valueOf(last))} with ${last.clients}`;
    });
    return `${title}: ${ends.join('; ')}.`;
  }).join(' ');
}

function styleOf(at: number): string {
  return STYLES[at % STYLES.length] ?? STYLES[0];
}

function legendOf(topologies: readonly string[], rows: readonly Scaled[]): string {
  return topologies
    .map((topology, at) => {
      const x = LEFT + at * 200;
      const k = rows.find((row) => row.topology === topology)?.k;
      const label = topology === 'flat' ? 'flat' : `${topology}, K = ${k}`;
      return [
        `<path class="line ${styleOf(at)}" d="M${x} 18h40"/>`,
        markOf(styleOf(at), x + 20, 18),
        text(x + 48, 22, label),
      ].join('\n');
    })
    .join('\n');
}

function panelOf({ title, valueOf }: Panel, rows: readonly Scaled[], topologies: readonly string[]): string {
  const across = axisOf(
    rows.map(({ clients }) => clients),
    LEFT,
    WIDTH - RIGHT,
  );
  const up = axisOf(rows.map(valueOf), HEIGHT - BOTTOM, TOP);
  const lines = topologies.map((topology, at) => {
    const points = rows
      .filter((row) => row.topology === topology)
      .map((row) => [round(across.place(row.clients)), round(up.place(valueOf(row)))] as const);
    const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    return [
      `<path class="line ${styleOf(at)}" d="${path}"/>`,
      ...points.map(([x, y]) => markOf(styleOf(at), x, y)),
    ].join('\n');
  });
  return [
    `<text class="title" x="${LEFT}" y="24">${title}</text>`,
    ...up.powers.map(({ power, isLabelled }) => {
      const y = round(up.place(10 ** power));
      const label = isLabelled ? `\n${text(LEFT - 8, y + 4, powerOfTen(power), 'end')}` : '';
      return `<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/>${label}`;
    }),
    ...across.powers.map(({ power, isLabelled }) => {
      const x = round(across.place(10 ** power));
      const label = isLabelled ? `\n${text(x, HEIGHT - BOTTOM + 18, powerOfTen(power), 'middle')}` : '';
      return `<path class="grid" d="M${x} ${TOP}V${HEIGHT - BOTTOM}"/>${label}`;
    }),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'clients', 'middle'),
    ...lines,
  ].join('\n');
}

/** A logarithmic axis over whole powers of ten. */
function axisOf(values: readonly number[], from: number, to: number) {
  const least = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  const every = most - least + 1 > MAX_LABELS ? 2 : 1;
  return {
    place: (value: number): number => from + ((to - from) * (Math.log10(value) - least)) / (most - least),
    powers: Array.from({ length: most - least + 1 }, (_, index) => ({
      power: least + index,
      isLabelled: (most - least - index) % every === 0,
    })),
  };
}

function markOf(style: string, x: number, y: number): string {
  const [left, right, top, bottom] = [round(x - 4), round(x + 4), round(y - 4), round(y + 4)];
  switch (style) {
    case 'a':
      return `<rect class="mark a" x="${left}" y="${top}" width="8" height="8"/>`;
    case 'c':
      return `<path class="mark c" d="M${x} ${top}L${right} ${y}L${x} ${bottom}L${left} ${y}Z"/>`;
    case 'd':
      return `<path class="mark d" d="M${x} ${top}L${right} ${bottom}L${left} ${bottom}Z"/>`;
    default:
      return `<circle class="mark b" cx="${x}" cy="${y}" r="3.5"/>`;
  }
}

function text(x: number, y: number, content: string, anchor = 'start'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

function powerOfTen(power: number): string {
  return power >= 0 ? (10 ** power).toLocaleString('en-US') : (10 ** power).toFixed(-power);
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
