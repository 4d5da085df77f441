// The space-time diagram: a row for each step, a column for each node, time downwards.
import { bare, html, moment, svg } from './dom.js';

/**
 * @typedef {{ ms: number, node?: string, text: number, from?: string, to?: string, label: string, detail?: number,
 *   isLost?: true, isWithheld?: true, isPast?: true, isAttack?: true, move?: number, state?: number, beliefs?: number, tree: number,
 *   place?: { parent: string, children: string[] }, life?: 'down' | 'up', departure?: string, strays?: true, isViolation?: true,
 *   sends?: { to: string, label: string, isMissing: boolean, isRight?: true }[] }} Row
 * @typedef {{ kind: 'step', row: number, number: number | undefined, isFirst: boolean }
 *   | { kind: 'fold', beat: number, rows: number[], text: string, isOpen: boolean }
 *   | { kind: 'end', text: string, isBroken: boolean }} Item
 */

const [ROW, LABELLED, FOLD, HEAD, SEND] = [30, 44, 26, 30, 34];
/** The column of who is no node. */
const OUTSIDER = 'attacker';

/** Draws rows for a list of columns of a width. */
export class SpaceTime {
  /**
   * @param {string[]} nodes
   * @param {number} width of the columns together, pixels
   * @param {{ texts: string[] }} data
   */
  constructor(nodes, width, data) {
    this.nodes = nodes;
    this.width = width;
    this.data = data;
    /** @type {Set<string>} Nodes that are down where the next row is drawn. */
    this.down = new Set();
  }

  /** @param {string} node */
  x(node) {
    const index = this.nodes.indexOf(node);
    return index < 0 ? undefined : ((index + 0.5) * this.width) / this.nodes.length;
  }

  /** Names of the columns. */
  head() {
    const names = this.nodes.map((node) =>
      svg(
        'text',
        { x: this.x(node), y: HEAD - 10, class: node === OUTSIDER ? 'outsider' : undefined },
        this.nameOf(node),
      ),
    );
    return svg(
      'svg',
      { width: this.width, height: HEAD, class: 'lane head', 'aria-hidden': 'true' },
      ...names,
    );
  }

  /** @param {string} node */
  nameOf(node) {
    return node === OUTSIDER && this.width / this.nodes.length < 60 ? '☠' : node;
  }

  /**
   * A step.
   * @param {Row} row
   * @param {Extract<Item, { kind: 'step' }>} item
   * @param {boolean} isParting whether the runs part here
   */
  step(row, item, isParting) {
    const from = row.isAttack ? OUTSIDER : row.from;
    const to = row.isAttack ? row.node : row.to;
    const isMessage =
      from !== undefined && to !== undefined && this.x(from) !== undefined && this.x(to) !== undefined;
    const own = isMessage ? LABELLED : ROW;
    const sends = (row.sends ?? []).filter(({ to: end }) => this.x(end) !== undefined && end !== row.node);
    const height = own + sends.length * SEND;
    const lane = svg('svg', { width: this.width, height, class: 'lane', 'aria-hidden': 'true' });
    if (row.life === 'up' && row.node !== undefined) this.down.delete(row.node);
    lane.append(...this.lives(height));
    if (row.life === 'down' && row.node !== undefined) this.down.add(row.node);
    if (isMessage) lane.append(...this.message(row, from, to, own));
    else lane.append(...this.local(row, own));
    sends.forEach((send, at) => lane.append(this.departure(row, send, own + at * SEND + 22)));
    const kinds = ['row'];
    if (row.isPast) kinds.push('past');
    if (row.isViolation) kinds.push('broken');
    else if (row.departure !== undefined) kinds.push('wrong');
    if (isParting) kinds.push('parting');
    const number = item.isFirst && item.number !== undefined ? String(item.number) : '';
    const button = html(
      'button',
      {
        type: 'button',
        class: 'when',
        tabindex: -1,
        'aria-label': `${moment(row.ms)}: ${bare(this.data.texts[row.text] ?? '')}`,
      },
      html('span', { class: 'number' }, number),
      html('span', { class: 'ms' }, (row.ms / 1000).toFixed(3)),
    );
    return html('li', { class: kinds.join(' ') }, button, lane);
  }

  /**
   * Steps left out, or the line that folds them again.
   * @param {Extract<Item, { kind: 'fold' }>} item
   */
  fold(item) {
    const lane = svg(
      'svg',
      { width: this.width, height: FOLD, class: 'lane', 'aria-hidden': 'true' },
      ...this.lives(FOLD),
    );
    const text = item.isOpen ? `fold these ${item.rows.length} steps` : item.text;
    const button = html(
      'button',
      { type: 'button', class: 'more', 'aria-expanded': String(item.isOpen), title: item.text },
      html('span', {}, `${item.isOpen ? '▾' : '⋮'} ${text}`),
    );
    return html('li', { class: 'row fold' }, html('span', { class: 'when' }), lane, button);
  }

  /**
   * What is said after the last step.
   * @param {Extract<Item, { kind: 'end' }>} item
   */
  end(item) {
    const kinds = item.isBroken ? 'row end broken past' : 'row end';
    return html(
      'li',
      { class: kinds },
      html('span', { class: 'ends' }, `${item.isBroken ? '✗' : '✓'} ${bare(item.text)}`),
    );
  }

  /** @param {number} height */
  lives(height) {
    return this.nodes.map((node) =>
      svg('line', {
        class: `life${this.down.has(node) ? ' down' : ''}${node === OUTSIDER ? ' outsider' : ''}`,
        x1: this.x(node),
        x2: this.x(node),
        y1: 0,
        y2: height,
      }),
    );
  }

  /**
   * @param {Row} row
   * @param {string} from
   * @param {string} to
   * @param {number} height
   */
  message(row, from, to, height) {
    const [a, b] = [this.x(from) ?? 0, this.x(to) ?? 0];
    const y = height - 13;
    const way = Math.sign(b - a) || 1;
    const end = row.isLost ? b - way * Math.min(14, Math.abs(b - a) / 3) : b - way * 7;
    const room = row.label.length * 6.7 + 8;
    const middle = Math.min(Math.max((a + b) / 2, room / 2), this.width - room / 2);
    const parts = [
      svg('line', { class: 'hit', x1: a, y1: y - 6, x2: b, y2: y - 6 }),
      svg('line', {
        class: 'way',
        x1: a,
        y1: y,
        x2: end,
        y2: y,
        'marker-end': row.isLost ? undefined : 'url(#arrow)',
      }),
      svg('text', { class: 'label', x: middle, y: y - 9 }, row.label),
    ];
    if (row.isLost)
      parts.push(
        svg('path', {
          class: 'lost',
          d: row.isWithheld
            ? `M${end - 6} ${y}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0M${end - 4} ${y + 4}L${end + 4} ${y - 4}`
            : `M${end - 5} ${y - 5}L${end + 5} ${y + 5}M${end - 5} ${y + 5}L${end + 5} ${y - 5}`,
        }),
      );
    else parts.push(this.dot(row, b, y));
    const kinds = ['message', row.isLost ? 'is-lost' : '', row.isAttack ? 'attack' : ''].filter(
      (kind) => kind !== '',
    );
    return [svg('g', { class: kinds.join(' ') }, ...parts)];
  }

  /**
   * A message that should have been sent, or should not.
   * @param {Row} row
   * @param {{ to: string, label: string, isMissing: boolean, isRight?: true }} send
   * @param {number} y
   */
  departure(row, send, y) {
    const [a, b] = [this.x(row.node ?? '') ?? 0, this.x(send.to) ?? 0];
    const verb = send.isRight ? 'is to send' : send.isMissing ? 'should send' : 'should not send';
    const label = `${verb} ${send.label}`;
    const room = label.length * 6.7 + 8;
    const middle = Math.min(Math.max((a + b) / 2, room / 2), this.width - room / 2);
    const end = b - (Math.sign(b - a) || 1) * 7;
    return svg(
      'g',
      { class: `message ${send.isRight ? 'past' : send.isMissing ? 'missing' : 'extra'}` },
      svg('line', { class: 'way', x1: a, y1: y, x2: end, y2: y, 'marker-end': 'url(#arrow)' }),
      svg('text', { class: 'label', x: middle, y: y - 7 }, label),
    );
  }

  /**
   * @param {Row} row
   * @param {number} height
   */
  local(row, height) {
    const y = height / 2;
    const x = row.node === undefined ? undefined : this.x(row.node);
    if (x === undefined) {
      const cut = svg('line', { class: 'cut', x1: 0, x2: this.width, y1: y + 8, y2: y + 8 });
      return [cut, svg('text', { class: 'note', x: this.width / 2, y: y + 2 }, row.label)];
    }
    const room = row.label.length * 6.7 + 14;
    const isRight = x + room < this.width;
    const label = svg(
      'text',
      { class: `note ${isRight ? 'begins' : 'ends'}`, x: isRight ? x + 11 : x - 11, y: y + 4 },
      row.label,
    );
    return [label, this.dot(row, x, y)];
  }

  /**
   * @param {Row} row
   * @param {number} x
   * @param {number} y
   */
  dot(row, x, y) {
    if (row.isViolation)
      return svg('path', {
        class: 'cross',
        d: `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x - 6} ${y + 6}L${x + 6} ${y - 6}`,
      });
    if (row.departure !== undefined)
      return svg('path', {
        class: 'diamond',
        d: `M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}z`,
      });
    return svg('circle', { class: 'dot', cx: x, cy: y, r: 5 });
  }
}

/**
 * Columns for the rows that are shown: nodes with a part in one, in their order; the attacker last.
 * @param {Row[]} rows
 * @param {string[]} nodes
 */
export function columnsOf(rows, nodes) {
  const parts = new Set(
    rows.flatMap(({ node, from, to, sends = [] }) => [node, from, to, ...sends.map((send) => send.to)]),
  );
  const shown = nodes.filter((node) => parts.has(node));
  return rows.some(({ isAttack }) => isAttack) ? [...shown, OUTSIDER] : shown;
}
