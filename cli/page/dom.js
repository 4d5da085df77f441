// Making elements, and texts with terms in them.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element with attributes and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | undefined>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/**
 * An SVG element with attributes and children.
 * @param {string} tag
 * @param {Record<string, string | number | undefined>} attributes
 * @param {(Node | string)[]} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  fill(element, attributes, children);
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, string | number | undefined>} attributes
 * @param {(Node | string)[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(name, String(value));
  element.append(...children);
}

/**
 * The element of the page with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** Marks of a term in a text: what is shown, then what it means. */
const TERM = /\uE000([^\uE001]*)\uE001([^\uE002]*)\uE002/g;

/**
 * A text without the marks of its terms.
 * @param {string} text
 */
export function bare(text) {
  return text.replaceAll(TERM, '$1');
}

/**
 * A text with its terms as elements that say what they mean.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function withTerms(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(TERM)) {
    parts.push(text.slice(at, found.index));
    parts.push(html('dfn', { title: found[2] ?? '' }, found[1] ?? ''));
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

/**
 * The terms of a text, each once: what is shown and what it means.
 * @param {string} text
 * @returns {Map<string, string>}
 */
export function termsOf(text) {
  return new Map(Array.from(text.matchAll(TERM), ([, shown = '', meaning = '']) => [meaning, shown]));
}

/**
 * A moment of the run.
 * @param {number} ms
 */
export function moment(ms) {
  return `${(ms / 1000).toFixed(3)} s`;
}
