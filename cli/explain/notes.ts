/** What has to be known beside a step to see that it is right, or wrong: of steps that look like others. */
import type { ModelState } from '../../model/index.ts';
import type { Observed } from './observe.ts';
import { term } from './terms.ts';
import { listed, neighbourhood, rangeWords } from './words.ts';

/** Sentences after the one that tells the step; none for most. */
export function notesOf({ situation: { tookIn }, followed, effects }: Observed): readonly string[] {
  const before = followed?.before;
  if (before === undefined || tookIn === undefined) return [];
  switch (tookIn.type) {
    case 'join':
      return before.role === 'coordinator'
        ? [...otherLife(tookIn, before), ...askedAlready(tookIn, before, effects)]
        : [];
    case 'placement':
      return before.role === 'coordinator' || !tellsLie(followed, effects) ? [] : bothSides(tookIn, before);
    case 'repair':
      // Where something is missing, that is what is told.
      return followed?.agrees === true && before.role !== 'client' ? notServed(tookIn, before) : [];
    default:
      return [];
  }
}

type Of<T> = Extract<NonNullable<Observed['situation']['tookIn']>, { readonly type: T }>;
type Coordinator = Extract<ModelState, { readonly role: 'coordinator' }>;
type Relay = Exclude<ModelState, { readonly role: 'client' }>;

/** Whether a node has evidence against the coordinator now, or should have. */
function tellsLie(followed: Observed['followed'], effects: Observed['effects']): boolean {
  const expected = followed?.expectation;
  return (
    effects.some((effect) => effect.kind === 'report' && effect.report.type === 'split-view') ||
    (expected?.kind === 'outputs' && expected.texts.some((text) => /^report .*"split-view"/.test(text)))
  );
}

/** What a node holds, and what the placement says that is not of the same tree, or is taken for such a one. */
function bothSides(
  placement: Of<'placement'>,
  { context }: Exclude<ModelState, { readonly role: 'coordinator' }>,
): readonly string[] {
  const { self, version, parent, children } = context;
  const held = neighbourhood(parent?.node ?? '', namesOf(children));
  const said = neighbourhood(placement.parent.node, namesOf(placement.children));
  const whose = placement.node === self ? 'this one' : `that of ${placement.node}`;
  return [
    `What ${self} holds is ${term('version')} ${version}: ${held}; ${whose} is version ${placement.version}${placement.version === version ? ', too' : ''}: ${said}.`,
  ];
}

function namesOf(nodes: readonly { readonly node: string }[]): readonly string[] {
  return nodes.map(({ node }) => node);
}

/** What tells two lives apart that claim one incarnation. */
function otherLife({ node, incarnation, birth }: Of<'join'>, { context }: Coordinator): readonly string[] {
  const known = context.known[node];
  if (known?.incarnation !== incarnation || known.birth === birth || known.birth === 0) return [];
  return [
    `${context.self} knows ${term('incarnation')} ${incarnation} of ${node} as that of the life with the ${term('birth')} ${short(known.birth)}; this ${term('Join')} has the birth ${short(birth)}.`,
  ];
}

/** The last digits of a birth: enough to tell two apart. */
function short(birth: number): string {
  return `…${String(birth).slice(-4)}`;
}

/** Why an orphan is not answered at once. */
function askedAlready(
  { reason, suspect }: Of<'join'>,
  { context }: Coordinator,
  effects: Observed['effects'],
): readonly string[] {
  const isQuiet = effects.every(({ kind }) => kind !== 'send' && kind !== 'report');
  if (reason !== 'orphaned' || !isQuiet || context.probes[suspect] === undefined) return [];
  return [
    `It has asked ${suspect} already whether it is alive (${term('Probe')}), and waits for the answer first.`,
  ];
}

/** Who waits for some of these records, and is right not to get them now. */
function notServed(
  { from, capsule, first, last }: Of<'repair'>,
  { context: { naks, self } }: Relay,
): readonly string[] {
  const notes: string[] = [];
  for (const nak of naks) {
    if (nak.capsule !== capsule || nak.first > last || nak.last < first) continue;
    const isSame = nak.first === first && nak.last === last;
    const others = nak.askers.filter((asker) => asker !== from);
    if (isSame && others.length === 0) notes.push(`Nobody but ${from} had asked ${self} for that.`);
    if (!isSame && others.length > 0)
      notes.push(
        `${listed(others)} asked for ${rangeWords(capsule, nak.first, nak.last)}, which is another request: it is answered by a ${term('Repair')} of just that.`,
      );
  }
  return notes;
}
