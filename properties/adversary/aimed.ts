/**
 * An insider that aims: it says (`say.ts`) what the checks of nodes are there for. Naks and Repairs that fit nobody, epochs out of time
 * or from the wrong side, lists out of order, joins and refusals of other lives. `check` does not draw these; searches that look for a
 * check that is missing do (`mutation/`).
 */
import type { Adversary, Attack, Flight, Random, WorldView } from '../../engine/index.ts';
import { roleOf } from '../../model/index.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { clientsOf } from '../workload.ts';
import { get, openFrame, type Path } from './fields.ts';
import { outsiderAdversary } from './outsider.ts';
import type { Change, Say, Value } from './say.ts';
import { CONTROL_BODY, LINK_BODY } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Seen = Flight<Uint8Array>;
type Plan = (view: View, random: Random) => Say | undefined;

/** What an insider may aim at. */
export type Aim = 'links' | 'ranges' | 'writers' | 'epochs' | 'answers' | 'membership' | 'edges';

/** Percent of the attacks that are aimed; the others are those of any insider. */
const AIMED_PERCENT = 85;

/** Percent of what is aimed that has not its shape. */
const MISSHAPEN_PERCENT = 40;

/** How many of the messages of a kind count as new. */
const LAST_SEEN = 6;

/** Beyond every number that a short run comes to. */
const FAR = 1000;

/** {@link outsiderAdversary}, but for an insider that aims at these. */
export function aiming(aims: readonly Aim[]): Adversary<Uint8Array, TreeScenario> {
  return {
    ...outsiderAdversary,
    propose(view, random, capabilities): Attack | undefined {
      if (!capabilities.includes('insider') || !random.chance(AIMED_PERCENT))
        return outsiderAdversary.propose(view, random, capabilities);
      return random.pick(PLANS[random.pick(aims)])(view, random);
    },
  };
}

// What was seen

function isLink({ frame }: Seen): boolean {
  return get(openFrame(frame), [0]) === 'link';
}

/** The last message over each link, as far as seen. */
function links({ seen }: View): readonly Seen[] {
  const last = new Map<string, Seen>();
  for (const one of seen) if (isLink(one)) last.set(`${one.from} ${one.to}`, one);
  return [...last.values()];
}

function over(view: View, from: string, to: string): Seen | undefined {
  return links(view).find((one) => one.from === from && one.to === to);
}

/** One of a kind: on its way, or of the last ones seen. */
function someOf(view: View, random: Random, kind: string): Seen | undefined {
  const onItsWay = view.inFlight.filter((one) => one.kind === kind);
  const seen = view.seen.filter((one) => one.kind === kind).slice(-LAST_SEEN);
  return pickFrom(random, onItsWay.length > 0 && random.chance(70) ? onItsWay : seen);
}

function pickFrom<T>(random: Random, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : random.pick(from);
}

const say = (message: Seen, changes: readonly Change[], more: Partial<Say> = {}): Say => ({
  kind: 'say',
  by: 'insider',
  message: message.id,
  changes,
  ...more,
});

/** The body of a link frame, all of it. */
const BODY: Path = [LINK_BODY];
/** In Data: the record, its capsule and `seq`, and the credential of its writer. */
const RECORD: Path = [LINK_BODY, 1];
const CAPSULE: Path = [LINK_BODY, 1, 0];
const SEQ: Path = [LINK_BODY, 1, 2];
const CREDENTIAL: Path = [LINK_BODY, 2];

function recordIn({ frame }: Seen): { readonly capsule: string; readonly seq: number } {
  const plain = openFrame(frame);
  return { capsule: get(plain, CAPSULE) as string, seq: get(plain, SEQ) as number };
}

// Ranges

const nak: Plan = (view, random) => {
  // Upwards more often: there somebody knows what to do with it.
  const upwards = links(view).filter(({ from }) => roleOf(from) === 'client');
  const link = pickFrom(random, upwards.length > 0 && random.chance(50) ? upwards : links(view));
  const data = someOf(view, random, 'data');
  if (link === undefined || data === undefined) return undefined;
  const { capsule, seq } = recordIn(data);
  const { maxRepair } = view.scenario.parameters;
  const [first, last] = random.pick<readonly [number, number]>([
    [seq, seq],
    [1, seq],
    [1, 1],
    [seq, seq + 1],
    [seq + 1, seq + 2],
    [1, 1 + maxRepair],
    [seq, seq + maxRepair - 1],
  ]);
  const some = (): string => random.pick(view.scenario.nodes);
  const path = random.pick([[], [], [], [link.to], [some()], [some(), some()]]);
  const others = [...clientsOf(view.scenario).map((client) => `${client}/1`), 'c123/1', 'c1/12'];
  const of = random.chance(70) ? capsule : random.pick(others);
  const body: Value[] = ['nak', of, first, last, path];
  if (!random.chance(MISSHAPEN_PERCENT)) return say(link, [{ field: BODY, value: body }]);
  const misshapen: readonly Value[] = [
    [...body, 0],
    body.with(1, [of]),
    body.with(1, `!${of}`),
    body.with(1, `${of}!`),
    body.with(2, last + 1),
    body.with(4, [[some()]]),
    body.with(0, ['nak']),
    body.slice(0, -1),
  ];
  return say(link, [{ field: BODY, value: random.pick(misshapen) }]);
};

/** A Nak to a client for records of its own or of another, few or too many. */
const nakDown: Plan = (view, random) => {
  const link = pickFrom(
    random,
    links(view).filter(({ to }) => roleOf(to) === 'client'),
  );
  if (link === undefined) return undefined;
  const data = view.seen.filter((one) => one.kind === 'data').map(recordIn);
  const own = data.filter(({ capsule }) => capsule.startsWith(`${link.to}/`));
  const record = pickFrom(random, own.length > 0 && random.chance(70) ? own : data);
  if (record === undefined) return undefined;
  const { capsule, seq } = record;
  const { maxRepair } = view.scenario.parameters;
  const last = random.pick([seq, seq + maxRepair - 1, seq + maxRepair, seq + FAR]);
  return say(link, [{ field: BODY, value: ['nak', capsule, seq, last, []] }]);
};

/** An answer to a Nak, or to none, with records of this range, of another, or twice. */
const repair: Plan = (view, random) => {
  const asked = random.chance(80) ? someOf(view, random, 'nak') : undefined;
  const data = someOf(view, random, 'data');
  const link = asked === undefined ? pickFrom(random, links(view)) : over(view, asked.to, asked.from);
  if (link === undefined || data === undefined) return undefined;
  const { capsule, seq } = recordIn(data);
  const range: readonly Value[] =
    asked === undefined
      ? [capsule, seq, seq]
      : [1, 2, 3].map((at) => ({ of: asked.id, at: [LINK_BODY, at] }));
  const wanted = asked === undefined ? capsule : (get(openFrame(asked.frame), [LINK_BODY, 1]) as string);
  const all = view.seen.filter((one) => one.kind === 'data').slice(-4 * LAST_SEEN);
  // What is on its way may be older than all that is remembered.
  if (all.length === 0) return undefined;
  const own = all.filter((one) => recordIn(one).capsule === wanted);
  const from = own.length > 0 && random.chance(75) ? own : all;
  const given = [random.pick(from), random.pick(from)].toSorted((a, b) => recordIn(a).seq - recordIn(b).seq);
  const chosen = random.chance(50) ? given.slice(0, 1) : random.chance(50) ? given : given.toReversed();
  const [first] = chosen;
  if (first === undefined) return undefined;
  const records = chosen.map((one) => ({ of: one.id, at: RECORD }));
  const body: Value[] = ['repair', ...range, { of: first.id, at: CREDENTIAL }, records];
  return say(link, [{ field: BODY, value: random.chance(10) ? [...body, 0] : body }]);
};

// Epochs

/** The list at `field` of a message, out of order or with one element twice. */
function disordered(random: Random, one: Seen, field: Path): Change | undefined {
  const list = get(openFrame(one.frame), field);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const mayReverse = list.length > 1;
  const parts = list.map((_, index) => ({ of: one.id, at: [...field, index] }));
  const twice = [...parts.slice(0, 1), ...parts];
  return { field, value: mayReverse && random.chance(50) ? parts.toReversed() : twice };
}

/** Position of the list in an EOE, and of the frontier in a SYNC; of the epoch of an EOE, which nobody signs. */
const ANSWERS: Path = [LINK_BODY, 2];
const FRONTIER: Path = [LINK_BODY, 1, 1];
const EOE_EPOCH: Path = [LINK_BODY, 1];

/** An RTS, SYNC or EOE again, from the wrong side, or spoiled. */
const epoch: Plan = (view, random) => {
  const one = someOf(view, random, random.pick(['rts', 'sync', 'eoe', 'eoe']));
  if (one === undefined) return undefined;
  const aside = links(view).filter(({ from, to }) => to === one.to && from !== one.from);
  const way = random.chance(60) ? over(view, one.from, one.to) : pickFrom(random, aside);
  if (way === undefined) return undefined;
  const changes: Change[] = [];
  if (random.chance(MISSHAPEN_PERCENT)) {
    const list = one.kind === 'sync' ? FRONTIER : ANSWERS;
    const change = one.kind === 'rts' ? undefined : disordered(random, one, list);
    if (change !== undefined) changes.push(change);
  } else if (one.kind === 'eoe' && random.chance(50)) {
    const told = get(openFrame(one.frame), EOE_EPOCH) as number;
    changes.push({ field: EOE_EPOCH, value: told + random.pick([1, -1, 2]) });
    // Answers are of an epoch; without any, nothing but the number says which it is.
    if (random.chance(70)) changes.push({ field: ANSWERS, value: [] });
  }
  return say(one, changes, { over: way.id });
};

/** An EOE with an answer of less than its client said, signed by that client, mostly over the link of another child. */
const answer: Plan = (view, random) => {
  const one = someOf(view, random, 'eoe');
  const answers = one === undefined ? undefined : get(openFrame(one.frame), ANSWERS);
  if (one === undefined || !Array.isArray(answers) || answers.length === 0) return undefined;
  const aside = links(view).filter(({ from, to }) => to === one.to && from !== one.from);
  const way = aside.length > 0 && random.chance(80) ? random.pick(aside) : one;
  const heads: Path = [...ANSWERS, random.int(0, answers.length - 1), 0, 2];
  return say(one, [{ field: heads, value: [] }], { over: way.id });
};

/** Any message over a link, sealed under another key. */
const forged: Plan = (view, random) => {
  const link = pickFrom(random, links(view));
  return link && say(link, [], { mac: 'wrong' });
};

/** A sign of life that says more than that, or nothing. */
const greeting: Plan = (view, random) => {
  const link = pickFrom(random, links(view));
  const value = random.pick<Value>([['heartbeat', 0], [['heartbeat']], ['heartbeat!'], [], 'heartbeat']);
  return link && say(link, [{ field: BODY, value }]);
};

// Membership

const HEAD: Path = [0];
const CONTROL: Path = [CONTROL_BODY];
const field = (at: number): Path => [CONTROL_BODY, at];

/** A control message back to who sent it, in the name of who got it, and as if newer. */
const reflected: Plan = (view, random) => {
  const one = someOf(
    view,
    random,
    random.pick(['probe', 'probe-ack', 'placement', 'placement-ack', 'join-refused']),
  );
  if (one === undefined) return undefined;
  const body = get(openFrame(one.frame), CONTROL) as unknown[];
  const changes = [1, 2].flatMap((at): Change[] => {
    const number = body[at];
    return typeof number === 'number' && random.chance(30) ? [{ field: field(at), value: number + FAR }] : [];
  });
  return say(one, changes, { as: one.to, to: one.from });
};

/** Positions in a Join: `[node, role, incarnation, birth, attempt, reason, suspect, link]`. */
const [JOIN_BIRTH, JOIN_ATTEMPT, JOIN_REASON, JOIN_SUSPECT, JOIN_LINK] = [3, 4, 5, 6, 7];

/** Positions in a Placement: `[node, incarnation, birth, version, level, parent, children]`. */
const [PLACED_VERSION, PLACED_PARENT, PLACED_CHILDREN] = [3, 5, 6];

const join: Plan = (view, random) => {
  const one = someOf(view, random, 'join');
  if (one === undefined) return undefined;
  const attempt = get(openFrame(one.frame), field(JOIN_ATTEMPT)) as number;
  const placed = someOf(view, random, 'placement');
  const parent: Value = placed === undefined ? ROOT : { of: placed.id, at: [...field(5), 0] };
  const link: Value = placed === undefined ? 1 : { of: placed.id, at: [...field(5), 2] };
  const [reason, suspect, at] = random.pick<readonly [Value, Value, Value]>([
    ['orphaned', parent, link],
    ['orphaned', ROOT, 1],
    ['orphaned', random.pick(view.scenario.nodes), link],
    ['orphaned', '!', 1],
    ['orphaned', '', 0],
    ['orphaned', ROOT, 0],
    ['restarted', ROOT, 0],
    ['restarted', ROOT, 1],
    ['restarted', '', 1],
    ['new', '', 0],
    ['new', [''], 0],
  ]);
  const changes: Change[] = [
    { field: field(JOIN_ATTEMPT), value: attempt + random.int(1, 2) },
    { field: field(JOIN_REASON), value: reason },
    { field: field(JOIN_SUSPECT), value: suspect },
    { field: field(JOIN_LINK), value: at },
  ];
  // A key is of another length than a birth, and as good as random.
  if (random.chance(15)) changes.push({ field: field(JOIN_BIRTH), value: { of: one.id, at: [2, 3] } });
  return say(one, changes);
};

/** A Join as an orphan of an edge that is there, of one that is not, or in another one’s place. */
const orphan: Plan = (view, random) => {
  const one = someOf(view, random, 'join');
  const placed = view.seen.findLast(({ kind, to }) => kind === 'placement' && to === one?.from);
  if (one === undefined || placed === undefined) return undefined;
  const attempt = get(openFrame(one.frame), field(JOIN_ATTEMPT)) as number;
  const parent: Value = { of: placed.id, at: [...field(PLACED_PARENT), 0] };
  const link: Value = { of: placed.id, at: [...field(PLACED_PARENT), 2] };
  return say(one, [
    { field: field(JOIN_ATTEMPT), value: attempt + random.int(1, 3) },
    { field: field(JOIN_REASON), value: 'orphaned' },
    { field: field(JOIN_SUSPECT), value: random.chance(40) ? parent : random.pick(view.scenario.nodes) },
    { field: field(JOIN_LINK), value: random.chance(80) ? link : FAR },
  ]);
};

/** The answer to a Probe, back to who gave it as if the coordinator asked with it. */
const echo: Plan = (view, random) => {
  const one = someOf(view, random, 'probe-ack');
  if (one === undefined) return undefined;
  const nonce = get(openFrame(one.frame), field(2)) as number;
  return say(one, [{ field: field(2), value: nonce + FAR }], { as: ROOT, to: one.from });
};

/** A refusal of a Join, of this life or another. */
const refusal: Plan = (view, random) => {
  const one = someOf(view, random, 'join');
  const other = someOf(view, random, 'join');
  if (one === undefined || other === undefined) return undefined;
  const of = random.chance(60) ? one : other;
  const why = random.chance(70) ? 'pending' : 'incarnation';
  const body: Value = [
    random.chance(80) ? one.from : of.from,
    { of: of.id, at: field(JOIN_BIRTH) },
    { of: one.id, at: field(JOIN_ATTEMPT) },
    why,
    { of: one.id, at: field(2) },
  ];
  return say(
    one,
    [
      { field: HEAD, value: 'join-refused' },
      { field: CONTROL, value: body },
    ],
    { as: ROOT, to: one.from },
  );
};

/** A suspicion of an edge that is somebody else’s. */
const suspect: Plan = (view, random) => {
  const placed = someOf(view, random, 'placement');
  const ack = someOf(view, random, 'placement-ack');
  if (placed === undefined || ack === undefined) return undefined;
  const child = random.pick(view.scenario.nodes.filter((node) => node !== ROOT));
  const body: Value = [
    ack.from,
    { of: ack.id, at: field(1) },
    child,
    { of: placed.id, at: [...field(PLACED_PARENT), 2] },
  ];
  return say(ack, [
    { field: HEAD, value: 'suspect' },
    { field: CONTROL, value: body },
  ]);
};

/** A newer placement with a neighbour under another one’s name or credential, or with children out of order. */
const placement: Plan = (view, random) => {
  const one = someOf(view, random, 'placement');
  if (one === undefined) return undefined;
  const version = get(openFrame(one.frame), field(PLACED_VERSION)) as number;
  const newer: Change = { field: field(PLACED_VERSION), value: version + random.pick([0, 1, FAR]) };
  const children = disordered(random, one, field(PLACED_CHILDREN));
  if (children !== undefined && random.chance(40)) return say(one, [newer, children]);
  const at = [...field(PLACED_PARENT), 0];
  const parent = get(openFrame(one.frame), at);
  // Under its own name it would be what the coordinator may well say.
  const others = view.scenario.nodes.filter((node) => roleOf(node) !== 'client' && node !== parent);
  return others.length === 0 ? undefined : say(one, [newer, { field: at, value: random.pick(others) }]);
};

const PLANS: Readonly<Record<Aim, readonly Plan[]>> = {
  links: [forged, greeting],
  ranges: [nak, repair],
  writers: [nakDown],
  epochs: [epoch],
  answers: [answer],
  membership: [reflected, join, refusal, suspect, placement],
  edges: [orphan, echo],
};
