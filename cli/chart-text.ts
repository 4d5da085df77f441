/** Reactions of a chart as lines of text that fit. */
import {
  reactionText,
  statesOf,
  type Chart,
  type ChartEdge,
  type ChartState,
  type Reaction,
} from './chart.ts';

/** A reaction in lines of at most `columns` characters where its words allow; what goes on is indented. */
export function wrapReaction(reaction: Reaction, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  // Blanks are where a line may end, but not behind the signs that lead in what follows.
  for (const word of reactionText(reaction).split(/(?<![|/→]) /)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * Mermaid text of a chart, as GitHub renders it. Two things are said in another way than in the machine, because Mermaid draws
 * them badly or not at all: what a compound state does itself, whatever its children do, stands in a box of
 * its own inside; and an arrow from a compound state to one of its children comes from each of the children.
 */
export function mermaidOf(whole: Chart): string {
  const chart = spread(whole);
  const lines = ['---', `title: ${chart.title}`, '---', 'stateDiagram-v2'];
  const drawState = (state: ChartState, indent: string): void => {
    if (state.children.length === 0) {
      lines.push(`${indent}state "${plain(state.label)}" as ${state.id}`);
      // Each `id : text` adds a line to the box of a simple state.
      for (const note of notesOf(state)) lines.push(`${indent}${state.id} : ${plain(note)}`);
      return;
    }
    lines.push(`${indent}state "${plain(state.label)}" as ${state.id} {`);
    drawInside(state, `${indent}  `);
    lines.push(`${indent}}`);
  };
  const drawInside = (state: ChartState, indent: string): void => {
    const notes = notesOf(state);
    if (notes.length > 0) {
      const id = `${state.id}__always`;
      lines.push(`${indent}state "in every state" as ${id}`);
      for (const note of notes) lines.push(`${indent}${id} : ${plain(note)}`);
    }
    if (state.initial !== undefined) lines.push(`${indent}[*] --> ${state.initial}`);
    state.children.forEach((child, index) => {
      if (state.kind === 'parallel' && (index > 0 || notes.length > 0)) lines.push(`${indent}--`);
      drawState(child, indent);
    });
  };
  drawInside(chart.root, '  ');
  for (const edge of chart.edges) {
    const label = edge.reactions.map((reaction) => plain(reactionText(reaction)));
    lines.push(`  ${edge.from} --> ${edge.to} : ${label.join('<br/>')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What a state does by itself, as lines. */
function notesOf(state: ChartState): readonly string[] {
  return [
    ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
    ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
    ...state.internal.flatMap((reaction) => wrapReaction(reaction, MERMAID_COLUMNS)),
  ];
}

/** The chart with arrows from children in place of those from their parent; where they end, a reaction that stays. */
function spread(chart: Chart): Chart {
  const states = new Map(statesOf(chart.root).map((state) => [state.id, state]));
  const staying = new Map<string, readonly Reaction[]>();
  const edges = new Map<string, ChartEdge>();
  const add = (from: string, to: string, reactions: readonly Reaction[]): void => {
    const key = `${from}>${to}`;
    edges.set(key, { from, to, reactions: [...(edges.get(key)?.reactions ?? []), ...reactions] });
  };
  for (const { from, to, reactions } of chart.edges) {
    const siblings = states.get(from)?.children ?? [];
    if (!siblings.some((child) => child.id === to)) add(from, to, reactions);
    else {
      staying.set(to, [...(staying.get(to) ?? []), ...reactions]);
      for (const child of siblings) if (child.id !== to) add(child.id, to, reactions);
    }
  }
  const stay = (state: ChartState): ChartState => ({
    ...state,
    internal: [...state.internal, ...(staying.get(state.id) ?? [])],
    children: state.children.map(stay),
  });
  return { ...chart, root: stay(chart.root), edges: [...edges.values()] };
}

const MERMAID_COLUMNS = 40;

/** Without the characters that mean something to Mermaid. */
function plain(text: string): string {
  return text.replaceAll(':', '∶').replaceAll(';', ',').replaceAll('"', "'").replaceAll('#', '♯');
}
