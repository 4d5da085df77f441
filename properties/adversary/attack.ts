/** The outsider's attacks as a schedule, and so a counterexample file, names them. */
import { z } from 'zod';
import type { Attack } from '../../engine/index.ts';
import { isNodeName } from '../../impl/index.ts';
import { ROOT } from '../scenario.ts';
import type { Path } from './fields.ts';
import { FORGED, type Forged } from './forge.ts';
import { MALFORMED, type Malformed } from './malformed.ts';
import { saySchema, type Say } from './say.ts';

/** The outsider's moves. `message` and `donor` are identities of messages seen; a salt chooses among variants. */
export type OutsiderAttack =
  | {
      readonly kind: 'forge';
      readonly message: Forged;
      readonly as: string;
      readonly to: string;
      readonly salt: number;
    }
  | { readonly kind: 'tamper'; readonly message: string; readonly field: Path; readonly salt: number }
  | { readonly kind: 'replay'; readonly message: string; readonly to?: string }
  | { readonly kind: 'splice'; readonly message: string; readonly donor: string; readonly field: Path }
  | { readonly kind: 'spoof'; readonly message: string; readonly as: string }
  | {
      readonly kind: 'lie';
      readonly by: 'insider';
      readonly message: string;
      readonly field?: Path;
      readonly donor?: string;
      readonly as?: string;
      readonly to?: string;
      readonly misshapen?: true;
      readonly salt: number;
    }
  | {
      readonly kind: 'misuse';
      readonly by: 'insider';
      readonly message: string;
      readonly over?: string;
      readonly field?: Path;
      readonly salt: number;
    }
  | Say
  | { readonly kind: 'flood'; readonly joins: number; readonly salt: number }
  | {
      readonly kind: 'malformed';
      readonly how: Malformed;
      readonly message: string;
      readonly to: string;
      readonly salt: number;
    };

/** With whose keys: of a client that is one of them still, or of one that was expelled. */
type Keyed = `writer(${string})` | `stolen(${string})`;

/**
 * What is done with the keys of one client, over its link to `to`; `serial` counts how often they were used. `message`: data of that
 * client, from whose record another one is made, `step` records further on and stamped `lead` later (`'end'`: as late as can be).
 */
export type WriterAttack =
  | {
      /** The record itself, or its head in an answer to the newest epoch. */
      readonly kind: 'write' | 'head';
      readonly by: Keyed;
      readonly to: string;
      readonly serial: number;
      readonly message: string;
      readonly step: number;
      readonly lead: number | 'end';
      readonly salt: number;
    }
  | {
      /** The heads of the records in two messages as evidence against the writer of the first. */
      readonly kind: 'accuse';
      readonly by: Keyed;
      readonly to: string;
      readonly serial: number;
      readonly message: string;
      readonly other: string;
    };

/** Joins again with the keys of a client that was expelled. */
export type StolenAttack = {
  readonly kind: 'join-again';
  readonly by: `stolen(${string})`;
  readonly incarnation: number;
  readonly salt: number;
};

/** What a router may withhold. */
export const WITHHELD = ['all', 'all-but-greetings', 'records', 'epochs'] as const;

/** What is done with the keys of one router. */
export type RouterAttack =
  | {
      /** What it sends of this does not leave it: to one neighbour only, if that is named; of one writer only, if that is. */
      readonly kind: 'withhold';
      readonly by: `router(${string})`;
      readonly standing: 'begins' | 'ends';
      readonly what: (typeof WITHHELD)[number];
      readonly to?: string;
      readonly writer?: string;
    }
  /** Tells the coordinator that a child is silent. */
  | { readonly kind: 'suspect'; readonly by: `router(${string})`; readonly child: string };

/**
 * A placement signed by the coordinator's key: that of the message, under this version, with other ends. The nodes named are as they were
 * seen last.
 */
export interface CoordinatorAttack extends Attack {
  readonly kind: 'place';
  readonly by: `coordinator(${string})`;
  /** A placement that the coordinator sent. */
  readonly message: string;
  readonly version: number;
  readonly level?: number;
  readonly parent?: string;
  readonly child?: string;
  /** Of the parent and the child that are named here. @default the version */
  readonly link?: number;
  /** Children that are left out. */
  readonly without?: readonly string[];
}

const message = z.string();
const node = z.string().refine(isNodeName);
const whole = z.number().int().min(0);
const field = z.array(whole);

const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('forge'), message: z.enum(FORGED), as: node, to: node, salt: whole }),
  z.strictObject({ kind: z.literal('tamper'), message, field, salt: whole }),
  z.strictObject({ kind: z.literal('replay'), message, to: node.optional() }),
  z.strictObject({ kind: z.literal('splice'), message, donor: message, field }),
  z.strictObject({ kind: z.literal('spoof'), message, as: node }),
  z.strictObject({
    kind: z.literal('lie'),
    by: z.literal('insider'),
    message,
    field: field.optional(),
    donor: message.optional(),
    as: node.optional(),
    to: node.optional(),
    misshapen: z.literal(true).optional(),
    salt: whole,
  }),
  z.strictObject({
    kind: z.literal('misuse'),
    by: z.literal('insider'),
    message,
    over: message.optional(),
    field: field.optional(),
    salt: whole,
  }),
  saySchema,
  z.strictObject({ kind: z.literal('flood'), joins: whole, salt: whole }),
  z.strictObject({ kind: z.literal('malformed'), how: z.enum(MALFORMED), message, to: node, salt: whole }),
]);

const client = z.string().regex(/^c[1-9][0-9]{0,3}$/);
const byStolen = z.templateLiteral(['stolen(', client, ')']);
const byWriter = z.union([z.templateLiteral(['writer(', client, ')']), byStolen]);
const serial = z.number().int().min(1).max(1_000_000);

const writerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['write', 'head']),
    by: byWriter,
    to: node,
    serial,
    message,
    step: whole.max(Number.MAX_SAFE_INTEGER),
    lead: z.union([whole, z.literal('end')]),
    salt: whole,
  }),
  z.strictObject({ kind: z.literal('accuse'), by: byWriter, to: node, serial, message, other: message }),
]);

const stolenSchema = z.strictObject({
  kind: z.literal('join-again'),
  by: byStolen,
  incarnation: z.number().int().min(1),
  salt: whole,
});

const byRouter = z.templateLiteral(['router(', z.string().regex(/^r[1-9][0-9]{0,3}$/), ')']);

const routerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('withhold'),
    by: byRouter,
    standing: z.enum(['begins', 'ends']),
    what: z.enum(WITHHELD),
    to: node.optional(),
    writer: node.optional(),
  }),
  z.strictObject({ kind: z.literal('suspect'), by: byRouter, child: node }),
]);

const version = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const coordinatorSchema = z.strictObject({
  kind: z.literal('place'),
  by: z.literal(`coordinator(${ROOT})`),
  message,
  version,
  level: version.optional(),
  parent: node.optional(),
  child: node.optional(),
  link: version.optional(),
  without: z.array(node).optional(),
});

/** The attack, if it is one with the keys of the coordinator. */
export function coordinatorAttack(attack: Attack): CoordinatorAttack | undefined {
  return coordinatorSchema.safeParse(attack).success ? (attack as unknown as CoordinatorAttack) : undefined;
}

/** The attack, if it is one with the keys of a router. */
export function routerAttack(attack: Attack): RouterAttack | undefined {
  return routerSchema.safeParse(attack).success ? (attack as unknown as RouterAttack) : undefined;
}

/** The attack, if it is a join with the keys of a client that was expelled. */
export function stolenAttack(attack: Attack): StolenAttack | undefined {
  return stolenSchema.safeParse(attack).success ? (attack as unknown as StolenAttack) : undefined;
}

/** The attack, if it is one with the keys of a client. */
export function writerAttack(attack: Attack): WriterAttack | undefined {
  return writerSchema.safeParse(attack).success ? (attack as unknown as WriterAttack) : undefined;
}

/** The attack, if it is one that the outsider knows: files are written by people, too. */
export function outsiderAttack(attack: Attack): OutsiderAttack | undefined {
  return schema.safeParse(attack).success ? (attack as unknown as OutsiderAttack) : undefined;
}
