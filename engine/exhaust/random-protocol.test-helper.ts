/** Small protocols made at random: a server and equal clients, whose tables of reactions are drawn. */
import fc from 'fast-check';
import type { Composition, Outcome, Symmetry } from './composition.ts';

/** Values of 0 to 2 are drawn; this one is never left. */
export const BAD = 3;
const VALUES = 3;
const TYPES = 2;

interface ServerRule {
  readonly value: number;
  readonly answers: readonly number[];
  readonly toOthers: readonly number[];
  readonly notes: boolean;
}
interface ClientRule {
  readonly value: number;
  readonly asks: readonly number[];
}

/** Everything that is drawn. */
export interface Tables {
  readonly clients: number;
  readonly losses: number;
  readonly server: readonly (readonly (ServerRule | null)[])[];
  readonly client: readonly (readonly (ClientRule | null)[])[];
  readonly act: readonly (ClientRule & { readonly budget: boolean })[];
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.nat(VALUES - 1) },
  { weight: 1, arbitrary: fc.constant(BAD) },
);
const types = fc.uniqueArray(fc.nat(TYPES - 1), { maxLength: TYPES });
const clientRule = fc.record({ value, asks: types });

export const tables: fc.Arbitrary<Tables> = fc.record({
  clients: fc.integer({ min: 2, max: 3 }),
  losses: fc.nat(2),
  server: table(fc.record({ value, answers: types, toOthers: types, notes: fc.boolean() })),
  client: table(clientRule),
  act: fc.array(fc.record({ value, asks: types, budget: fc.boolean() }), {
    minLength: VALUES,
    maxLength: VALUES,
  }),
});

function table<T>(rule: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[][]> {
  const row = fc.array(fc.option(rule, { freq: 5 }), { minLength: TYPES, maxLength: TYPES });
  return fc.array(row, { minLength: VALUES, maxLength: VALUES });
}

/** The server keeps a value for each client; a client has a value, and marks whether it got a note. */
export type ToyLocal = { readonly values: readonly number[]; readonly noted: boolean };
export interface ToyMessage {
  readonly kind: 'ask' | 'answer' | 'note';
  readonly type: number;
  readonly client: number;
}

/** Node 0 is the server. Notes are eager: a client only marks them, and never looks at the mark. */
export function toyOf({ clients, losses, server, client, act }: Tables): Composition<ToyLocal, ToyMessage> {
  const ids = Array.from({ length: clients }, (_, index) => index + 1);
  const asks = (node: number, { value: next, asks: asked }: ClientRule, noted: boolean) => ({
    local: { values: [next], noted },
    sends: asked.map((type) => ({ kind: 'ask', type, client: node }) as const),
  });
  return {
    nodes: ['s', ...ids.map((id) => `c${String(id)}`)],
    budgets: [
      { name: 'losses', max: losses },
      { name: 'acts', max: 1 },
    ],
    lossBudget: 0,
    initial: (node) =>
      node === 0
        ? { local: { values: ids.map(() => 0), noted: false }, sends: [] }
        : { local: { values: [0], noted: false }, sends: [{ kind: 'ask', type: 0, client: node }] },
    localKey: (_, { values, noted }) => `${values.join()} ${String(noted)}`,
    messageKey: ({ kind, type, client: id }) => `${kind} ${String(type)} ${String(id)}`,
    receiver: ({ kind, client: id }) => (kind === 'ask' ? 0 : id),
    receive(node, { values, noted }, { kind, type, client: id }): Outcome<ToyLocal, ToyMessage> | undefined {
      if (kind === 'note') return { local: { values, noted: true }, sends: [] };
      const now = values[node === 0 ? id - 1 : 0] ?? 0;
      if (now === BAD) return { local: { values, noted }, sends: [] };
      const rule = (node === 0 ? server : client)[now]?.[type] ?? null;
      if (rule === null) return undefined;
      if ('asks' in rule) return asks(node, rule, noted);
      const others = ids.filter((other) => other !== id);
      return {
        local: { values: values.with(id - 1, rule.value), noted },
        sends: [
          ...rule.answers.map((one) => ({ kind: 'answer', type: one, client: id }) as const),
          ...rule.toOthers.flatMap((one) =>
            others.map((to) => ({ kind: 'answer', type: one, client: to }) as const),
          ),
          ...(rule.notes ? others.map((to) => ({ kind: 'note', type: 0, client: to }) as const) : []),
        ],
      };
    },
    acts(node, { values, noted }) {
      const rule = node === 0 ? undefined : act[values[0] ?? 0];
      if (rule === undefined) return [];
      return [{ name: 'act', ...asks(node, rule, noted), ...(rule.budget ? { budget: 1 } : {}) }];
    },
    invariants: [
      {
        id: 'server-is-not-bad',
        kind: 'local',
        broken: (node, { values }) => (node === 0 && values.includes(BAD) ? 'the server is bad' : undefined),
      },
      {
        id: 'noted-and-bad',
        kind: 'joint',
        view: (_, { values, noted }) => `${String(noted)} ${String(values.includes(BAD))}`,
        broken: (views) =>
          views.slice(1).includes('true true') &&
          views.slice(1).filter((view) => view.startsWith('true')).length > 1
            ? 'two are noted, and one of them is bad'
            : undefined,
      },
    ],
    eager: (_, __, { kind }) => kind === 'note',
    symmetries: permutations(ids)
      .slice(1)
      .map((images): Symmetry<ToyLocal, ToyMessage> => {
        const imageOf = (node: number): number => images[node - 1] ?? 0;
        return {
          nodes: [0, ...images],
          local: (node, local) =>
            node === 0 ? { ...local, values: ids.map((id) => local.values[images.indexOf(id)] ?? 0) } : local,
          message: (message) => ({ ...message, client: imageOf(message.client) }),
        };
      }),
  };
}

function permutations(list: readonly number[]): number[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first) =>
    permutations(list.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  );
}
