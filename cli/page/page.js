// The page: which run, which step, and everything that depends on it.
import { bare, byId, html, moment, termsOf, withTerms } from './dom.js';
import { rowOf, showChart, showHead, showTree } from './panels.js';
import { columnsOf, SpaceTime } from './space-time.js';

/**
 * @typedef {import('./space-time.js').Row} Row
 * @typedef {import('./space-time.js').Item} Item
 * @typedef {import('./panels.js').Run} Run
 * @typedef {import('./panels.js').Data} Data
 */

/** @type {Data} */
const data = JSON.parse(byId('data').textContent ?? '');
const runs = data.runs;
const nodes = data.nodes.map(({ id }) => id);

let runAt = 0;
/** Position in `items`. */
let itemAt = 0;
/** @type {Item[]} Everything that has a line in the diagram. */
let items = [];
/** @type {Set<number>} Positions of beats that are unfolded. */
const open = new Set();
/** @type {string | undefined} The node whose statechart is shown; undefined: that of the step. */
let pinned;

const rows = byId('rows');
const slider = /** @type {HTMLInputElement} */ (byId('slider'));
const routine = /** @type {HTMLInputElement} */ (byId('routine'));

function run() {
  const one = runs[runAt];
  if (one === undefined) throw new Error('no such run');
  return one;
}

/** Lists what the diagram shows of the present run. */
function listItems() {
  items = [];
  run().beats.forEach((beat, index) => {
    const isOpen = routine.checked || open.has(index);
    if (beat.folded)
      items.push({
        kind: 'fold',
        beat: index,
        rows: beat.rows,
        text: bare(data.texts[beat.text] ?? ''),
        isOpen,
      });
    if (beat.folded && !isOpen) return;
    beat.rows.forEach((row, at) => items.push({ kind: 'step', row, number: beat.number, isFirst: at === 0 }));
  });
  const isBroken = runAt === 0 && data.verdict !== 'holds';
  if (!run().rows.some(({ isViolation }) => isViolation))
    items.push({ kind: 'end', text: run().end, isBroken });
}

/** Draws the diagram anew: another run, another width, steps folded or unfolded. */
function draw() {
  listItems();
  const shown = items.flatMap((item) => (item.kind === 'step' ? [rowAt(item.row)] : []));
  const width = Math.max(180, byId('scroll').clientWidth - 86);
  const diagram = new SpaceTime(columnsOf(shown, nodes), width, data);
  byId('columns').replaceChildren(html('span', { class: 'when' }), diagram.head());
  const partsAt = runs.length > 1 ? run().partsAt : undefined;
  const parting = items.find((item) => item.kind === 'step' && partsAt !== undefined && item.row >= partsAt);
  rows.replaceChildren(
    ...items.map((item, at) => {
      const line = lineOf(item, diagram, item === parting);
      line.addEventListener('click', () => choose(item, at));
      return line;
    }),
  );
  slider.max = String(stops().length - 1);
}

/**
 * @param {Item} item
 * @param {SpaceTime} diagram
 * @param {boolean} isParting
 */
function lineOf(item, diagram, isParting) {
  switch (item.kind) {
    case 'step': {
      const line = diagram.step(rowAt(item.row), item, isParting);
      explainOnHover(line, rowAt(item.row));
      return line;
    }
    case 'fold':
      return diagram.fold(item);
    case 'end':
      return diagram.end(item);
  }
}

/** @param {number} at */
function rowAt(at) {
  return rowOf(run(), at);
}

/** Positions in `items` at which one can stop. */
function stops() {
  return items.flatMap((item, at) => (item.kind === 'fold' ? [] : [at]));
}

/**
 * @param {Item} item
 * @param {number} at
 */
function choose(item, at) {
  if (item.kind !== 'fold') {
    show(at);
    return;
  }
  const now = items[itemAt];
  if (open.has(item.beat)) open.delete(item.beat);
  else open.add(item.beat);
  draw();
  // The step at hand stays, unless it was folded away.
  const again = items.findIndex((one) => now?.kind === 'step' && one.kind === 'step' && one.row === now.row);
  show(again >= 0 ? again : (stops().findLast((stop) => stop <= at) ?? stops()[0] ?? 0));
}

/**
 * Shows the step at a position in `items`.
 * @param {number} at
 */
function show(at) {
  itemAt = at;
  const item = items[at];
  if (item === undefined || item.kind === 'fold') return;
  const index = item.kind === 'step' ? item.row : run().rows.length - 1;
  rows.querySelector('[aria-current]')?.removeAttribute('aria-current');
  const line = rows.children[at];
  line?.setAttribute('aria-current', 'step');
  reveal(line);
  const number = stops().indexOf(at);
  slider.value = String(number);
  slider.setAttribute('aria-valuetext', `step ${number + 1} of ${stops().length}`);
  say(item, index, number);
  showTree(data, run(), index);
  chart(index);
  const isStep = item.kind === 'step';
  for (const beat of byId('beats').querySelectorAll('li')) {
    const its = (beat.dataset['rows'] ?? '').split(' ');
    beat.toggleAttribute('aria-current', isStep && its.includes(String(index)));
  }
}

/**
 * The statechart at a step; choosing a node once more lets the step choose again.
 * @param {number} index
 */
function chart(index) {
  showChart(data, run(), index, pinned, (node) => {
    pinned = pinned === node ? undefined : node;
    chart(index);
  });
}

/**
 * Scrolls the diagram, and only it, such that a line is seen.
 * @param {Element | undefined} line
 */
function reveal(line) {
  const box = byId('scroll');
  if (!(line instanceof HTMLElement)) return;
  const top = line.offsetTop - rows.offsetTop;
  const head = byId('columns').offsetHeight;
  if (top < box.scrollTop + 40) box.scrollTop = top - 40;
  else if (top + line.offsetHeight + head + 40 > box.scrollTop + box.clientHeight)
    box.scrollTop = top + line.offsetHeight + head + 40 - box.clientHeight;
}

/**
 * What happens in the step, in words.
 * @param {Item} item
 * @param {number} index
 * @param {number} number
 */
function say(item, index, number) {
  const row = rowAt(index);
  const isEnd = item.kind === 'end';
  const tags = [];
  if (!isEnd && row.move !== undefined)
    tags.push(html('span', { class: 'tag move' }, `move ${row.move + 1}`));
  if (!isEnd && row.isPast) tags.push(html('span', { class: 'tag past' }, 'had a part in what broke'));
  const { partsAt } = run();
  if (runs.length > 1 && partsAt !== undefined)
    tags.push(
      html(
        'span',
        { class: 'tag' },
        index < partsAt
          ? 'the same in both runs'
          : runAt === 0
            ? 'only in this run'
            : 'only in the passing run',
      ),
    );
  byId('where').replaceChildren(`Step ${number + 1} of ${stops().length} · ${moment(row.ms)} `, ...tags);
  const text = item.kind === 'end' ? item.text : (data.texts[row.text] ?? '');
  byId('sentence').replaceChildren(...withTerms(text));
  const departure = isEnd ? '' : (row.departure ?? '');
  byId('departure').replaceChildren(...withTerms(departure));
  const verdict = !isEnd && row.isViolation ? `Here ${data.property} breaks.` : '';
  byId('verdict').replaceChildren(...withTerms(verdict));
  const terms = termsOf(text + departure + verdict);
  byId('terms').replaceChildren(
    ...Array.from(terms, ([meaning, shown]) =>
      html('div', {}, html('dt', {}, shown), html('dd', {}, meaning)),
    ),
  );
  const detail = isEnd || row.detail === undefined ? undefined : data.details[row.detail];
  byId('message').toggleAttribute('hidden', detail === undefined);
  byId('fields').textContent = detail?.fields ?? '';
}

const tip = byId('tip');

/**
 * What a message says, while the pointer is over its line or it has the focus.
 * @param {HTMLElement} line
 * @param {Row} row
 */
function explainOnHover(line, row) {
  const detail = row.detail === undefined ? undefined : data.details[row.detail];
  if (detail === undefined) return;
  const showTip = () => {
    const box = line.getBoundingClientRect();
    tip.replaceChildren(html('strong', {}, bare(detail.words)), html('pre', {}, detail.fields));
    tip.hidden = false;
    const below = box.bottom + 8 + tip.offsetHeight < innerHeight;
    tip.style.top = `${below ? box.bottom + 4 : Math.max(4, box.top - tip.offsetHeight - 4)}px`;
    tip.style.left = `${Math.max(4, Math.min(box.left + 90, innerWidth - tip.offsetWidth - 4))}px`;
  };
  const hideTip = () => void (tip.hidden = true);
  line.querySelector('.message')?.addEventListener('mouseenter', showTip);
  line.querySelector('.message')?.addEventListener('mouseleave', hideTip);
  line.querySelector('button')?.addEventListener('focus', showTip);
  line.querySelector('button')?.addEventListener('blur', hideTip);
}

/** @param {number} by */
function go(by) {
  const all = stops();
  const at = Math.min(all.length - 1, Math.max(0, all.indexOf(itemAt) + by));
  show(all[at] ?? 0);
}

/** @param {number} which */
function switchRun(which) {
  const now = items[itemAt];
  const before = now?.kind === 'step' ? rowAt(now.row).ms : Infinity;
  runAt = which;
  open.clear();
  for (const button of byId('runs').children)
    button.setAttribute('aria-pressed', String([...byId('runs').children].indexOf(button) === which));
  draw();
  const same = items.findLastIndex((item) => item.kind === 'step' && rowAt(item.row).ms <= before);
  show(same >= 0 ? same : (stops()[0] ?? 0));
  tellBeats();
}

/** The whole story, in words: for who reads on, and for print. */
function tellBeats() {
  byId('beats').replaceChildren(
    ...run().beats.map((beat) => {
      const row = rowAt(beat.rows[0] ?? 0);
      const text = withTerms(data.texts[beat.text] ?? '');
      if (beat.folded) return html('li', { class: 'folded' }, '⋮ ', ...text);
      const wrong = beat.rows.map((at) => rowAt(at).departure).find((one) => one !== undefined);
      const line = html(
        'li',
        { 'data-rows': beat.rows.join(' '), value: beat.number },
        html('span', { class: 'ms' }, moment(row.ms)),
        ' ',
        ...text,
      );
      if (wrong !== undefined) line.append(html('p', { class: 'wrong' }, ...withTerms(wrong)));
      if (row.isViolation) line.append(html('p', { class: 'broken' }, `Here ${data.property} breaks.`));
      line.addEventListener('click', () => {
        const at = items.findIndex((item) => item.kind === 'step' && item.row === beat.rows[0]);
        if (at >= 0) show(at);
      });
      return line;
    }),
    html('li', { class: 'folded' }, ...withTerms(run().end)),
  );
}

document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  if (Number.isFinite(step)) go(step);
  else show((step < 0 ? stops()[0] : stops().at(-1)) ?? 0);
});
byId('first').addEventListener('click', () => show(stops()[0] ?? 0));
byId('back').addEventListener('click', () => go(-1));
byId('forward').addEventListener('click', () => go(1));
byId('last').addEventListener('click', () => show(stops().at(-1) ?? 0));
slider.addEventListener('input', () => show(stops()[Number(slider.value)] ?? 0));
routine.addEventListener('change', () => {
  const now = items[itemAt];
  draw();
  const again = items.findIndex((one) => now?.kind === 'step' && one.kind === 'step' && one.row === now.row);
  show(again >= 0 ? again : (stops()[0] ?? 0));
});

let width = 0;
new ResizeObserver(() => {
  const now = byId('scroll').clientWidth;
  if (now === width) return;
  width = now;
  draw();
  show(Math.min(itemAt, items.length - 1));
}).observe(byId('scroll'));

showHead(data, switchRun);
draw();
tellBeats();
show(stops()[0] ?? 0);
