/** What an insider that aims says of membership: joins, refusals and placements of other lives, edges and nodes. */
import { roleOf } from '../../model/index.ts';
import { ROOT } from '../scenario.ts';
import { disordered, FAR, say, someOf, type Plan } from './aim.ts';
import { get, openFrame, type Path } from './fields.ts';
import type { Change, Value } from './say.ts';
import { CONTROL_BODY } from './seal.ts';

const HEAD: Path = [0];
const CONTROL: Path = [CONTROL_BODY];
const field = (at: number): Path => [CONTROL_BODY, at];

/** A control message back to who sent it, in the name of who got it, and as if newer. */
export const reflected: Plan = (view, random) => {
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

export const join: Plan = (view, random) => {
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
export const orphan: Plan = (view, random) => {
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
export const echo: Plan = (view, random) => {
  const one = someOf(view, random, 'probe-ack');
  if (one === undefined) return undefined;
  const nonce = get(openFrame(one.frame), field(2)) as number;
  return say(one, [{ field: field(2), value: nonce + FAR }], { as: ROOT, to: one.from });
};

/** A refusal of a Join, of this life or another. */
export const refusal: Plan = (view, random) => {
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
export const suspect: Plan = (view, random) => {
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
export const placement: Plan = (view, random) => {
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
