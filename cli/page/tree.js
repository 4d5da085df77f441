// The tree as it was at a step, and what nodes believe of it where that is something else.
import { svg } from './dom.js';

const [SLOT, LEVEL, RADIUS] = [46, 62, 16];

/**
 * @typedef {{ version: number, parents: Record<string, string>, pending: string[], doubled: { child: string, parent: string }[] }} Tree
 * @typedef {{ parent: string, children: string[] }} Place
 */

/**
 * Draws a tree into an SVG element.
 * @param {SVGElement} picture
 * @param {Tree} tree
 * @param {{ current: string | undefined, down: Set<string>, places: Map<string, Place>, outside: string[], from: string | undefined, to: string | undefined }} look
 * `outside`: nodes that have no place; `from` and `to`: ends of the message at hand
 */
export function drawTree(picture, tree, look) {
  const { at, width, depth } = layOut(tree, look.outside);
  const height = (depth + 1) * LEVEL;
  picture.replaceChildren();
  picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const line = (/** @type {string} */ a, /** @type {string} */ b, /** @type {string} */ kind) => {
    const [from, to] = [at.get(a), at.get(b)];
    if (from === undefined || to === undefined) return;
    picture.append(svg('line', { class: kind, x1: from.x, y1: from.y, x2: to.x, y2: to.y }));
  };
  for (const [child, parent] of Object.entries(tree.parents)) line(parent, child, 'edge');
  for (const { child, parent } of tree.doubled) line(parent, child, 'doubled');
  for (const [node, { parent, children }] of look.places) {
    if (look.down.has(node)) continue;
    if (tree.parents[node] !== undefined && tree.parents[node] !== parent) line(node, parent, 'believed');
    for (const child of children) if (tree.parents[child] !== node) line(node, child, 'believed');
  }
  if (look.from !== undefined && look.to !== undefined) line(look.from, look.to, 'flow');
  for (const [node, { x, y }] of at) picture.append(drawNode(node, x, y, tree, look));
}

/**
 * @param {string} node
 * @param {number} x
 * @param {number} y
 * @param {Tree} tree
 * @param {Parameters<typeof drawTree>[2]} look
 */
function drawNode(node, x, y, tree, look) {
  const isIn = node === 'C' || tree.parents[node] !== undefined;
  const kinds = ['node', kindOf(node)];
  if (!isIn) kinds.push('outside');
  if (look.down.has(node)) kinds.push('down');
  if (node === look.current) kinds.push('current');
  const shape =
    kindOf(node) === 'client'
      ? svg('circle', { cx: x, cy: y, r: RADIUS })
      : svg('rect', { x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS, rx: 4 });
  return svg('g', { class: kinds.join(' ') }, shape, svg('text', { x, y: y + 4 }, node));
}

/** @param {string} node */
function kindOf(node) {
  return node === 'C' ? 'coordinator' : node.startsWith('r') ? 'router' : 'client';
}

/**
 * Where each node goes: leaves side by side, parents above the middle of their children, and who has no place in a row below.
 * @param {Tree} tree
 * @param {string[]} outside
 */
function layOut(tree, outside) {
  /** @type {Map<string, { x: number, y: number }>} */
  const at = new Map();
  let [next, depth] = [0, 0];
  /** @type {(node: string, level: number) => number} */
  const place = (node, level) => {
    depth = Math.max(depth, level);
    // A tree that breaks its own rules may have circles.
    at.set(node, { x: 0, y: 0 });
    const children = Object.keys(tree.parents).filter(
      (child) => tree.parents[child] === node && !at.has(child),
    );
    const xs = children.map((child) => place(child, level + 1));
    const x = xs.length === 0 ? (next++ + 0.5) * SLOT : ((xs[0] ?? 0) + (xs.at(-1) ?? 0)) / 2;
    at.set(node, { x, y: (level + 0.5) * LEVEL });
    return x;
  };
  place('C', 0);
  const rest = [...new Set([...outside, ...Object.keys(tree.parents)])].filter((node) => !at.has(node));
  if (rest.length > 0) {
    depth += 1;
    rest.forEach((node, index) => at.set(node, { x: (index + 0.5) * SLOT, y: (depth + 0.5) * LEVEL }));
  }
  const width = Math.max(next, rest.length, 3) * SLOT;
  return { at, width, depth };
}
