// What is beside the diagram: the heading, the tree, and the statechart of a node.
import { byId, html, withTerms } from './dom.js';
import { drawTree } from './tree.js';

/**
 * @typedef {import('./space-time.js').Row} Row
 * @typedef {{ rows: Row[], beats: { rows: number[], number?: number, text: number, folded?: true }[], partsAt?: number, end: string }} Run
 * @typedef {{ subject: string, title: string, property: string, statement: string, plain: string, happens: string, cast: string[], reference: string[],
 *   verdict: 'violated' | 'stalled' | 'holds', k: number, nodes: { id: string, role: string }[],
 *   moves: { text: string, without: string }[], changes: string[], difference: string, runs: Run[], texts: string[],
 *   details: { words: string, fields: string }[], states: { label: string, ids: string[] }[], beliefs: string[][],
 *   trees: import('./tree.js').Tree[] }} Data
 */

/**
 * The row at a position.
 * @param {Run} run
 * @param {number} at
 */
export function rowOf(run, at) {
  const row = run.rows[at];
  if (row === undefined) throw new Error(`no step ${at}`);
  return row;
}

/**
 * The tree as it was after a step.
 * @param {Data} data
 * @param {Run} run
 * @param {number} index of the step
 */
export function showTree(data, run, index) {
  const picture = /** @type {SVGElement} */ (/** @type {unknown} */ (byId('tree-picture')));
  const nodes = data.nodes.map(({ id }) => id);
  /** @type {Map<string, { parent: string, children: string[] }>} */
  const places = new Map();
  /** @type {Set<string>} */
  const down = new Set();
  for (const { node, place, life } of run.rows.slice(0, index + 1)) {
    if (node === undefined) continue;
    if (life === 'down') places.delete(node);
    if (life === 'down') down.add(node);
    if (life === 'up') down.delete(node);
    if (place !== undefined) places.set(node, place);
  }
  const row = rowOf(run, index);
  const tree = data.trees[row.tree] ?? { version: 0, parents: {}, pending: [], doubled: [] };
  const outside = nodes.filter((node) => node !== 'C' && tree.parents[node] === undefined);
  drawTree(picture, tree, { current: row.node, down, places, outside, from: row.from, to: row.to });
  byId('version').textContent = tree.version === 0 ? '(none yet)' : `of version ${tree.version}`;
  const notes = [];
  if (outside.length > 0) notes.push(`Without a place: ${outside.join(', ')}.`);
  if (down.size > 0) notes.push(`Down: ${[...down].join(', ')}.`);
  if (picture.querySelector('.believed') !== null)
    notes.push('Dashed: what a node believes that is not so, or not any more.');
  byId('tree-note').textContent = notes.join(' ');
  picture.setAttribute(
    'aria-label',
    `Tree ${byId('version').textContent}: ${Object.entries(tree.parents)
      .map(([child, parent]) => `${child} under ${parent}`)
      .join(', ')}`,
  );
}

/**
 * The statechart of a node, its present state lit.
 * @param {Data} data
 * @param {Run} run
 * @param {number} index of the step
 * @param {string | undefined} pinned the node to show; undefined: that of the step
 * @param {(node: string) => void} onChoice another node was chosen
 */
export function showChart(data, run, index, pinned, onChoice) {
  const row = rowOf(run, index);
  const node = pinned ?? row.node ?? row.to ?? 'C';
  /** @type {Map<string, Row>} The last row with a state, by node. */
  const last = new Map();
  /** @type {Set<string>} Nodes that do not follow their statechart any more. */
  const lost = new Set();
  for (const one of run.rows.slice(0, index + 1)) {
    if (one.node === undefined) continue;
    if (one.state !== undefined) last.set(one.node, one);
    if (one.strays) lost.add(one.node);
  }
  byId('nodes').replaceChildren(
    ...data.nodes.map(({ id: name }) => {
      const state = last.get(name)?.state;
      const label = state === undefined ? 'off' : (data.states[state]?.label ?? '');
      const button = html(
        'button',
        {
          type: 'button',
          'aria-pressed': String(name === node),
          title: label,
          class: lost.has(name) ? 'wrong' : undefined,
        },
        html('b', {}, name),
        html('small', {}, label),
      );
      button.addEventListener('click', () => onChoice(name));
      return button;
    }),
  );
  const hasCharts = run.rows.some(({ state }) => state !== undefined);
  byId('chart-picture').toggleAttribute('hidden', !hasCharts);
  if (!hasCharts) {
    byId('beliefs').replaceChildren(html('li', {}, 'no statechart is beside this subject'));
    return;
  }
  const now = last.get(node);
  const beliefs = now?.beliefs === undefined ? [] : (data.beliefs[now.beliefs] ?? []);
  const note = lost.has(node)
    ? ['it did something else than its statechart, which is shown as it was before']
    : [];
  byId('beliefs').replaceChildren(...[...note, ...beliefs].map((line) => html('li', {}, line)));
  const role = data.nodes.find(({ id }) => id === node)?.role;
  const box = byId('chart-picture');
  if (box.dataset['role'] !== role) {
    const template = /** @type {HTMLTemplateElement} */ (byId(`chart-${role}`));
    box.replaceChildren(template.content.cloneNode(true));
    box.dataset['role'] = role;
  }
  box.querySelector('svg')?.setAttribute('aria-label', `Statechart of ${node}`);
  const active = new Set(now?.state === undefined ? [`${role}_off`] : (data.states[now.state]?.ids ?? []));
  const isDown = !active.has(`${role}_up`);
  if (isDown) box.dataset['note'] = `${node} is ${[...active].at(-1)?.replace(`${role}_`, '') ?? 'off'}`;
  else delete box.dataset['note'];
  for (const state of box.querySelectorAll('[data-state]'))
    state.classList.toggle('lit', active.has(/** @type {SVGElement} */ (state).dataset['state'] ?? ''));
}

/**
 * What does not depend on the step.
 * @param {Data} data
 * @param {(which: number) => void} onRun another run was chosen
 */
export function showHead(data, onRun) {
  const isBroken = data.verdict !== 'holds';
  byId('headline').replaceChildren(
    html('span', {}, data.property),
    ' ',
    html('span', { class: isBroken ? 'badge bad' : 'badge good' }, isBroken ? 'is broken' : 'holds'),
    ' on ',
    html('span', {}, data.subject),
  );
  byId('happens').replaceChildren(...withTerms(data.happens));
  const about = [html('p', {}, html('b', {}, 'What must hold: '), ...withTerms(data.statement))];
  if (data.plain !== '') about.push(html('p', {}, html('b', {}, 'In plain words: '), data.plain));
  about.push(html('p', {}, html('b', {}, 'Who is there: '), ...withTerms(data.cast.join(' '))));
  if (data.title !== '')
    about.push(
      html('p', {}, html('b', {}, 'What is wrong with this mutant: '), ...withTerms(data.title), '.'),
    );
  about.push(
    html(
      'p',
      {},
      html(
        'b',
        {},
        data.moves.length === 0
          ? 'No move is needed: it breaks without any fault.'
          : 'The moves, and why each is needed:',
      ),
    ),
  );
  byId('about-text').replaceChildren(
    ...about,
    html(
      'ol',
      {},
      ...data.moves.map(({ text, without }) =>
        html(
          'li',
          {},
          ...withTerms(text),
          '.',
          ...(without === '' ? [] : withTerms(` Without it ${without}.`)),
        ),
      ),
    ),
  );
  if (data.reference.length > 0) {
    const [begins = '', ...steps] = data.reference;
    const ends = steps.pop() ?? '';
    byId('about-text').append(
      html('p', {}, html('b', {}, 'What the reference does on the same moves: '), ...withTerms(begins)),
      html('ul', {}, ...steps.map((step) => html('li', {}, ...withTerms(step)))),
      html('p', {}, ...withTerms(ends)),
    );
  }
  if (data.runs.length > 1) {
    byId('about-text').append(
      html(
        'p',
        {},
        html('b', {}, 'The nearest schedule in which it holds: '),
        ...withTerms(data.changes.join('; ')),
        '.',
        ...(data.difference === '' ? [] : withTerms(` The difference: ${data.difference}.`)),
      ),
    );
    byId('runs').replaceChildren(
      ...['This run', 'Nearest passing run'].map((name, which) => {
        const button = html('button', { type: 'button', 'aria-pressed': String(which === 0) }, name);
        button.addEventListener('click', () => onRun(which));
        return button;
      }),
    );
  }
  byId('legend').replaceChildren(
    '● step   × lost   ◆ not what the statechart says   ✗ broken   faint: had no part in it',
  );
}
