/**
 * Draws a chart as an SVG: ELK's layered layout, own drawing. Text is monospace, so that its width is known without
 * a browser and labels get the room that they need. Equal charts give equal bytes.
 */
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { statesOf, type Chart, type ChartState, type Mark, type Reaction } from './chart.ts';
import { wrapReaction } from './chart-text.ts';

const FONT_SIZE = 12;
/** Width of a character: 0.6 em in most monospace fonts, a little more in some. */
const CHAR_WIDTH = 7.3;
const LINE_HEIGHT = 16;
const PADDING = 10;
const EDGE_LABEL_COLUMNS = 32;
const STATE_COLUMNS = 46;
/** A compound state lists its own reactions above its children and is wide anyway. */
const COMPOUND_COLUMNS = 92;

/** More regions than this go in two rows. */
const REGIONS_IN_ROW = 3;
/** How ids of edges begin that are for the layout only. */
const HIDDEN = 'row.';

interface Line {
  readonly text: string;
  readonly kind: 'title' | 'reaction';
  readonly mark: Mark['kind'] | undefined;
}

/** An entry of a legend: how an arrow of this kind is drawn, and what that means. */
export interface LegendEntry {
  readonly kind: EdgeKind;
  readonly text: string;
}

/** What the marks of an arrow's reactions are together. */
type EdgeKind = Mark['kind'] | 'partly';

const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.randomSeed': '1',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.spacing.nodeNode': '30',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '32',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
};

export interface SvgOptions {
  /**
   * For a page with a style and a script of its own: states carry their ids as `data-state`, and there is neither a style
   * nor an arrowhead (`#arrow`). @default false
   */
  readonly isPart?: boolean;
  /** What marks mean, drawn below the chart; for charts with marks. @default none */
  readonly legend?: readonly LegendEntry[];
}

/** Lays the chart out and draws it. */
export async function svgOf(chart: Chart, { isPart = false, legend = [] }: SvgOptions = {}): Promise<string> {
  const states = new Map(statesOf(chart.root).map((state) => [state.id, state]));
  // The types of elkjs describe a default export that Node's CommonJS interop hands over as it is.
  // Only now: loading it takes longer than all the rest of the command line together.
  const { default: ElkModule } = await import('elkjs/lib/elk.bundled.js');
  const Elk = ElkModule as unknown as new () => { layout(graph: ElkNode): Promise<ElkNode> };
  const laidOut = await new Elk().layout(graphOf(chart));
  const edges = (laidOut.edges ?? []).filter((edge) => !edge.id.startsWith(HIDDEN));
  const width = Math.ceil(laidOut.width ?? 0);
  const below = Math.ceil(laidOut.height ?? 0);
  const height = below + (legend.length === 0 ? 0 : legend.length * LINE_HEIGHT + 2 * PADDING);
  const byId = new Map(chart.edges.map((one, index) => [`edge${index}`, one]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xml:space="preserve" role="img" aria-label="${escape(chart.title)}">`,
    ...(isPart ? [] : [legend.length === 0 ? STYLE : STYLE.replace('</style>', `${MARK_STYLE}</style>`)]),
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...(laidOut.children ?? []).flatMap((node) => drawNode(node, states, 0, isPart)),
    ...edges.map((edge) => drawEdge(edge, byId.get(edge.id)?.reactions ?? [])),
    // Labels last: they have a ground of their own, which parts them from lines that pass.
    ...edges.flatMap((edge) => drawLabels(edge, byId.get(edge.id)?.reactions ?? [])),
    ...drawLegend(legend, below),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `<style>
.page { fill: #ffffff }
text { font: ${FONT_SIZE}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
.title { font-weight: bold }
.reaction { fill: #3b4654 }
.label { fill: #0b3d91 }
.ground { fill: #ffffff; fill-opacity: 0.92 }
.box { fill: #f6f8fa; stroke: #57606a }
.even { fill: #ffffff }
.region { stroke-dasharray: 5 4 }
.leaf { fill: #e7f0ff; stroke: #1f4e9c }
.rule { stroke: #d0d7de }
.edge { fill: none; stroke: #57606a }
.dot, .arrow { fill: #57606a }
</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker></defs>`;

/** Colours that people tell apart whatever their colour vision; lines tell the same by their dashes. */
const MARK_STYLE = `.edge.reached, .edge.partly { stroke: #00735c; stroke-width: 1.8 }
.edge.missing { stroke: #b8400a; stroke-width: 1.8; stroke-dasharray: 7 5 }
.edge.partly { stroke-dasharray: 14 4 3 4 }
.edge.excused { stroke-dasharray: 2 4 }
text.reached { fill: #005544 }
text.missing { fill: #a03505; font-weight: bold }
text.excused { fill: #57606a; font-style: italic }
.gap { fill: none; stroke: #b8400a; stroke-dasharray: 4 3 }
`;

function graphOf(chart: Chart): ElkNode {
  const initials = statesOf(chart.root).filter((state) => state.initial !== undefined);
  const edges: ElkExtendedEdge[] = [
    ...initials.map((state) => ({
      id: `${state.id}.start`,
      sources: [`${state.id}.initial`],
      targets: [state.initial ?? state.id],
    })),
    ...statesOf(chart.root).flatMap(rowEdges),
    ...chart.edges.map((edge, index) => {
      const lines = reactionLines(edge.reactions, EDGE_LABEL_COLUMNS);
      const [width, height] = [widthOf(lines), lines.length * LINE_HEIGHT + 4];
      return {
        id: `edge${index}`,
        sources: [edge.from],
        targets: [edge.to],
        labels: [{ id: `label${index}`, text: `label${index}`, width, height }],
      };
    }),
  ];
  return { id: 'graph', layoutOptions, children: [nodeOf(chart.root)], edges };
}

function nodeOf(state: ChartState): ElkNode {
  const lines = linesOf(state);
  const width = Math.max(70, widthOf(lines) + 2 * PADDING);
  const height = headerHeight(lines);
  if (state.children.length === 0) return { id: state.id, width, height };
  const start = state.initial === undefined ? [] : [{ id: `${state.id}.initial`, width: 12, height: 12 }];
  return {
    id: state.id,
    layoutOptions: {
      'elk.padding': `[top=${height + 8},left=16,bottom=16,right=16]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height + 24})`,
    },
    children: [...start, ...state.children.map(nodeOf)],
  };
}

/**
 * Many regions side by side would be wider than a screen: the greatest goes above, the others below it. An edge that is
 * not drawn says so to the layout.
 */
function rowEdges(state: ChartState): readonly ElkExtendedEdge[] {
  if (state.kind !== 'parallel' || state.children.length <= REGIONS_IN_ROW) return [];
  const sizes = state.children.map((region) => region.children.length);
  const greatest = state.children[sizes.indexOf(Math.max(...sizes))];
  return state.children.flatMap((region) =>
    greatest === undefined || region === greatest
      ? []
      : [{ id: `${HIDDEN}${region.id}`, sources: [greatest.id], targets: [region.id] }],
  );
}

function linesOf(state: ChartState): readonly Line[] {
  const columns = state.children.length === 0 ? STATE_COLUMNS : COMPOUND_COLUMNS;
  const own: Reaction[] = [
    ...(state.entry.length === 0 ? [] : [{ events: ['entry'], guard: undefined, actions: state.entry }]),
    ...(state.exit.length === 0 ? [] : [{ events: ['exit'], guard: undefined, actions: state.exit }]),
    ...state.internal,
  ];
  return [{ text: state.label, kind: 'title', mark: undefined }, ...reactionLines(own, columns)];
}

function reactionLines(reactions: readonly Reaction[], columns: number): readonly Line[] {
  return reactions.flatMap((reaction) =>
    wrapReaction(reaction, columns).map((text): Line => ({
      text,
      kind: 'reaction',
      mark: reaction.mark?.kind,
    })),
  );
}

function widthOf(lines: readonly { readonly text: string }[]): number {
  return Math.ceil(Math.max(...lines.map((line) => line.text.length)) * CHAR_WIDTH) + 4;
}

function headerHeight(lines: readonly Line[]): number {
  return lines.length * LINE_HEIGHT + (lines.length > 1 ? 20 : 14);
}

function drawNode(
  node: ElkNode,
  states: ReadonlyMap<string, ChartState>,
  depth: number,
  isPart: boolean,
): readonly string[] {
  const { x = 0, y = 0, width = 0, height = 0 } = node;
  const state = states.get(node.id);
  if (state === undefined) return [`<circle class="dot" cx="${at(x + 6)}" cy="${at(y + 6)}" r="6"/>`];
  const compound = state.children.length > 0;
  const regions = [...states.values()].some((one) => one.kind === 'parallel' && one.children.includes(state));
  const kind = `${compound ? 'box' : 'box leaf'}${depth % 2 === 0 ? '' : ' even'}${regions ? ' region' : ''}`;
  const drawn = [
    `<rect${isPart ? ` data-state="${node.id}"` : ''} class="${compound ? kind : 'box leaf'}" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="${compound ? 6 : 10}"/>`,
  ];
  if (state.kind === 'final')
    drawn.push(
      `<rect class="box leaf" x="${at(x + 3)}" y="${at(y + 3)}" width="${at(width - 6)}" height="${at(height - 6)}" rx="8"/>`,
    );
  const lines = linesOf(state);
  lines.forEach((line, index) => {
    const [left, baseline] =
      line.kind === 'title'
        ? [x + PADDING, y + LINE_HEIGHT + 4]
        : [x + PADDING, y + LINE_HEIGHT + 10 + index * LINE_HEIGHT];
    drawn.push(...drawLine(line, line.kind, left, baseline));
  });
  if (lines.length > 1)
    drawn.push(`<path class="rule" d="M${at(x)} ${at(y + LINE_HEIGHT + 10)}H${at(x + width)}"/>`);
  return [...drawn, ...(node.children ?? []).flatMap((child) => drawNode(child, states, depth + 1, isPart))];
}

/** A line of text; around what is missing goes a frame, which does not need colours to be seen. */
function drawLine({ text, mark }: Line, kind: string, x: number, y: number): readonly string[] {
  const written = `<text class="${kind}${mark === undefined ? '' : ` ${mark}`}" x="${at(x)}" y="${at(y)}">${escape(text)}</text>`;
  if (mark !== 'missing') return [written];
  const width = widthOf([{ text }]) + 2;
  return [
    `<rect class="gap" x="${at(x - 3)}" y="${at(y - FONT_SIZE)}" width="${at(width)}" height="${LINE_HEIGHT}"/>`,
    written,
  ];
}

function edgeKindOf(reactions: readonly Reaction[]): EdgeKind | undefined {
  const kinds = new Set(reactions.flatMap(({ mark }) => (mark === undefined ? [] : [mark.kind])));
  if (kinds.has('missing') && kinds.has('reached')) return 'partly';
  return (['missing', 'reached', 'excused'] as const).find((kind) => kinds.has(kind));
}

function drawEdge(edge: ElkExtendedEdge, reactions: readonly Reaction[]): string {
  const d = (edge.sections ?? []).map(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint]
      .map((point, index) => `${index === 0 ? 'M' : 'L'}${at(point.x)} ${at(point.y)}`)
      .join(''),
  );
  const kind = edgeKindOf(reactions);
  return `<path class="edge${kind === undefined ? '' : ` ${kind}`}" marker-end="url(#arrow)" d="${d.join('')}"/>`;
}

function drawLabels(edge: ElkExtendedEdge, reactions: readonly Reaction[]): readonly string[] {
  const lines = reactionLines(reactions, EDGE_LABEL_COLUMNS);
  return (edge.labels ?? []).flatMap(({ x = 0, y = 0, width = 0, height = 0 }) => [
    `<rect class="ground" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"/>`,
    ...lines.flatMap((line, index) => drawLine(line, 'label', x + 2, y + 13 + index * LINE_HEIGHT)),
  ]);
}

const SAMPLE_WIDTH = 60;

function drawLegend(legend: readonly LegendEntry[], top: number): readonly string[] {
  return legend.flatMap(({ kind, text }, index) => {
    const y = top + PADDING + index * LINE_HEIGHT;
    const [from, to] = [PADDING, PADDING + SAMPLE_WIDTH];
    return [
      `<path class="edge ${kind}" marker-end="url(#arrow)" d="M${from} ${y}H${to}"/>`,
      `<text class="reaction" x="${to + PADDING}" y="${y + 4}">${escape(text)}</text>`,
    ];
  });
}

/** A coordinate, without the noise behind the first decimal. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
