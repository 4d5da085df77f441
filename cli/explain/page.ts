/**
 * A story as one page that needs nothing but a browser: data, style and script are in it, and it loads nothing. Its script
 * and style are the files of `cli/page/`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chartOf, statesOf, type Chart, type ChartState } from '../chart.ts';
import { svgOf } from '../chart-svg.ts';
import { ROLES } from '../diagrams.ts';
import { pageData } from './page-data.ts';
import type { Story } from './story.ts';

/** Modules of the page's script, each before those that use it. */
const SCRIPTS = ['dom.js', 'tree.js', 'space-time.js', 'panels.js', 'page.js'];

/** The page as HTML. */
export async function pageOf(story: Story): Promise<string> {
  const data = JSON.stringify(pageData(story)).replaceAll('<', '\\u003c');
  const charts = await Promise.all(
    ROLES.map(async ({ name, title, machine }) => {
      const svg = await svgOf(outlineOf(chartOf(machine, title)), { isPart: true });
      return `<template id="chart-${name}">${svg}</template>`;
    }),
  );
  const title = `${story.property.id} on ${story.subject.id}`;
  return asset('page.html')
    .replaceAll('%TITLE%', () => escaped(title))
    .replace('%STYLE%', () => asset('page.css'))
    .replace('%CHARTS%', () => charts.join('\n'))
    .replace('%DATA%', () => data)
    .replace('%SCRIPT%', () => script());
}

/** The modules as one script: what they import from each other is there already. */
function script(): string {
  const modules = SCRIPTS.map((name) =>
    asset(name)
      .replaceAll(/^import [^;]*;\n/gm, '')
      .replaceAll(/^export /gm, ''),
  );
  return `(() => {\n'use strict';\n${modules.join('\n')}\n})();`;
}

/** A file of `cli/page/`, which is beside the sources, and in the package beside what is built of them. */
function asset(name: string): string {
  const found = ['../page/', '../../../cli/page/']
    .map((folder) => new URL(folder + name, import.meta.url))
    .find((url) => existsSync(url));
  if (found === undefined) throw new Error(`cli/page/${name} of psl-verify not found`);
  return readFileSync(found, 'utf8');
}

/**
 * A chart of what a node does while it runs, with the names of events alone: where a node is matters here, not what it
 * would do. Whether it runs at all is said without a drawing.
 */
function outlineOf(chart: Chart): Chart {
  const bare = (state: ChartState): ChartState => ({
    ...state,
    entry: [],
    exit: [],
    internal: [],
    children: state.children.map(bare),
  });
  const running = chart.root.children.find(({ label }) => label === 'up') ?? chart.root;
  const inside = new Set(statesOf(running).map(({ id }) => id));
  return {
    ...chart,
    root: { ...bare(running), label: chart.title },
    edges: chart.edges
      .filter(({ from, to }) => from !== to && inside.has(from) && inside.has(to))
      .map((edge) => ({
        ...edge,
        reactions: [
          {
            events: [...new Set(edge.reactions.flatMap(({ events }) => events))],
            guard: undefined,
            actions: [],
          },
        ],
      })),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
