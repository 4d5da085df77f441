/** The plot of `psl-verify claims`: a panel per figure, a line per subject. Equal figures give equal bytes. */
import type { MulticastCost } from '../properties/cost.ts';

/** One figure of the table. */
export interface Panel {
  readonly title: string;
  readonly valueOf: (cost: MulticastCost) => number;
}

const WIDTH = 440;
const HEIGHT = 250;
const LEFT = 52;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 44;
const COLUMNS = 2;
const LEGEND_HEIGHT = 36;
/** Lines of the grid of a panel, at about these parts of the greatest value. */
const TICKS = 4;

/** Lines that lie upon each other must all be seen: each has a width, dashes and a mark of its own. */
const STYLES = [
  { colour: '#b3541e', width: 2, dash: '', mark: 'square' },
  { colour: '#1f6f8b', width: 6, dash: '', mark: 'none' },
  { colour: '#111111', width: 1.6, dash: '4 3', mark: 'circle' },
] as const;

type Style = (typeof STYLES)[number];

/** Draws it. The figures are in the order of the table; subjects in that of their first row. */
export function claimsSvg(costs: readonly MulticastCost[], panels: readonly Panel[]): string {
  const subjects = [...new Set(costs.map(({ subject }) => subject))];
  const rows = Math.ceil(panels.length / COLUMNS);
  const [width, height] = [COLUMNS * WIDTH, rows * HEIGHT + LEGEND_HEIGHT];
  const body = panels.map((panel, at) => {
    const x = (at % COLUMNS) * WIDTH;
    const y = LEGEND_HEIGHT + Math.floor(at / COLUMNS) * HEIGHT;
    return `<g transform="translate(${x} ${y})">\n${panelOf(panel, costs, subjects)}\n</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>What a multicast costs, by the number of clients</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${legendOf(subjects)}
${body.join('\n')}
</svg>
`;
}

function styleOf(at: number): Style {
  return STYLES[at % STYLES.length] ?? STYLES[0];
}

function legendOf(subjects: readonly string[]): string {
  return subjects
    .map((subject, at) => {
      const x = LEFT + at * 200;
      const style = styleOf(at);
      return [line(`M${x} 18h34`, style), markOf(style, x + 17, 18), text(x + 42, 22, subject)].join('\n');
    })
    .join('\n');
}

function panelOf(
  { title, valueOf }: Panel,
  costs: readonly MulticastCost[],
  subjects: readonly string[],
): string {
  const sizes = [...new Set(costs.map(({ clients }) => clients))].toSorted((a, b) => a - b);
  const step = tickOf(Math.max(...costs.map(valueOf)) / TICKS);
  const top = step * Math.max(1, Math.ceil(Math.max(...costs.map(valueOf)) / step - 1e-9));
  const [least = 1, most = 1] = [sizes[0], sizes.at(-1)];
  const spread = Math.max(1e-9, Math.log2(most / least));
  // Twice as many clients are always as far away.
  const x = (clients: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * Math.log2(clients / least)) / spread;
  const y = (value: number): number => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / top;
  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step).flatMap((value) => [
    `<path d="M${LEFT} ${round(y(value))}H${WIDTH - RIGHT}" stroke="#dddddd"/>`,
    text(LEFT - 8, y(value) + 4, shortNumber(value), 'end'),
  ]);
  const labels = sizes.map((size) => text(x(size), HEIGHT - BOTTOM + 18, String(size), 'middle'));
  const lines = subjects.map((subject, at) => {
    const own = costs.filter((cost) => cost.subject === subject);
    const points = own.map((cost) => [round(x(cost.clients)), round(y(valueOf(cost)))] as const);
    const path = points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${px} ${py}`).join('');
    const style = styleOf(at);
    return [line(path, style), ...points.map(([px, py]) => markOf(style, px, py))].join('\n');
  });
  return [
    text(LEFT, 24, title, 'start', 'bold'),
    ...grid,
    ...labels,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'clients', 'middle'),
    ...lines,
  ].join('\n');
}

/** A round number that is not smaller: 1, 2 or 5 times a power of ten. */
function tickOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least - 1e-9) ?? 10;
  return factor * power;
}

function line(path: string, { colour, width, dash }: Style): string {
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${dashes}/>`;
}

function markOf({ colour, mark }: Style, x: number, y: number): string {
  switch (mark) {
    case 'square':
      return `<rect x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8" fill="${colour}"/>`;
    case 'circle':
      return `<circle cx="${x}" cy="${y}" r="3.5" fill="#ffffff" stroke="${colour}" stroke-width="1.6"/>`;
    case 'none':
      return '';
  }
}

function text(x: number, y: number, content: string, anchor = 'start', weight = 'normal'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-weight="${weight}">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function shortNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
