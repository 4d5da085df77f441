/**
 * docs/encoding.md holds: its grammar has every frame of runs and refuses what the codec refuses, and its words give its bytes. The CBOR and
 * the cryptography here are made from the page and RFCs, not from impl/.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  sign,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { execute } from '../engine/index.ts';
import { decodeBody, decodeFrame, encodeWrites } from '../impl/index.ts';
import {
  harnessFor,
  ON_REQUEST,
  parseCounterexample,
  scenarioOf,
  type Counterexample,
} from '../properties/index.ts';
import { TABLES } from './docs.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/encoding.md'), 'utf8');

type Plain = number | string | Uint8Array | readonly Plain[];

/** CBOR as the page has it. */
function encode(value: Plain): Uint8Array {
  if (typeof value === 'number') return head(0, value);
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return Buffer.concat([head(3, text.length), text]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(4, value.length), ...value.map(encode)]);
}

function head(major: number, value: number): Uint8Array {
  const first = major << 5;
  if (value < 24) return Uint8Array.of(first | value);
  const [extra, width] =
    value < 2 ** 8 ? [24, 1] : value < 2 ** 16 ? [25, 2] : value < 2 ** 32 ? [26, 4] : [27, 8];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return Buffer.concat([Uint8Array.of(first | extra), bytes.subarray(8 - width)]);
}

/** The inverse of `encode`, for bytes that are known to be right. */
function decode(bytes: Uint8Array): Plain {
  let at = 0;
  const next = (): Plain => {
    const first = bytes[at++] ?? 0;
    const [major, small] = [first >> 5, first & 31];
    let value = small;
    if (small >= 24) {
      const width = 2 ** (small - 24);
      value = 0;
      for (let i = 0; i < width; i += 1) value = value * 256 + (bytes[at++] ?? 0);
    }
    if (major === 0) return value;
    if (major === 4) return Array.from({ length: value }, next);
    const part = Uint8Array.from(bytes.subarray(at, (at += value)));
    return major === 2 ? part : Buffer.from(part).toString('utf8');
  };
  return next();
}

/** What a rule says, as far as the page uses CDDL. */
type Type =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sized'; readonly size: number }
  | { readonly kind: 'any'; readonly of: readonly Type[] }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'array'; readonly fields: readonly Type[]; readonly optional: boolean };

/** Cut at a mark that is not inside brackets. */
function cut(text: string, mark: string): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '[') depth += 1;
    if (letter === ']') depth -= 1;
    if (letter === mark && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
}

function typeOf(text: string): Type {
  const choices = cut(text, '/');
  if (choices.length > 1) return { kind: 'any', of: choices.map(typeOf) };
  const sized = /^bstr \.size (\d+)$/.exec(text);
  if (sized !== null) return { kind: 'sized', size: Number(sized[1]) };
  if (text.startsWith('"')) return { kind: 'literal', text: text.slice(1, -1) };
  if (!text.startsWith('[')) return { kind: 'rule', name: text };
  const entries = cut(text.slice(1, -1), ',');
  const [only = ''] = entries;
  if (only.startsWith('*')) return { kind: 'list', of: typeOf(only.slice(1).trim()) };
  const fields = entries.map((entry) => typeOf(entry.slice(entry.indexOf(':') + 1).trim()));
  return { kind: 'array', fields, optional: entries.at(-1)?.startsWith('?') === true };
}

const rules = new Map(
  (/```cddl\n([^]*?)```/.exec(page)?.[1] ?? '')
    .split(/\n(?=\S)/)
    .filter((rule) => rule.trim() !== '')
    .map((rule) => {
      const [, name = '', type = ''] = /^(\S+) = ([^]*)$/.exec(rule.trim()) ?? [];
      return [name, typeOf(type.replaceAll(/\s+/g, ' '))] as const;
    }),
);

function matches(type: Type, value: Plain): boolean {
  switch (type.kind) {
    case 'literal':
      return value === type.text;
    case 'sized':
      return value instanceof Uint8Array && value.length === type.size;
    case 'any':
      return type.of.some((one) => matches(one, value));
    case 'list':
      return Array.isArray(value) && value.every((one: Plain) => matches(type.of, one));
    case 'array': {
      const { fields, optional } = type;
      if (!Array.isArray(value)) return false;
      const isLong = value.length === fields.length;
      if (!isLong && !(optional && value.length === fields.length - 1)) return false;
      return value.every((one: Plain, at) => matches(fields[at] ?? { kind: 'any', of: [] }, one));
    }
    case 'rule':
      return type.name === 'uint'
        ? typeof value === 'number'
        : type.name === 'tstr'
          ? typeof value === 'string'
          : type.name === 'bstr'
            ? value instanceof Uint8Array
            : matches(ruleOf(type.name), value);
  }
}

function ruleOf(name: string): Type {
  const rule = rules.get(name);
  if (rule === undefined) throw new Error(`the grammar has no ${name}`);
  return rule;
}

/** The kinds that an alternative of arrays has. */
function kindsOf(name: string): readonly string[] {
  const rule = ruleOf(name);
  return (rule.kind === 'any' ? rule.of : [rule]).flatMap((one) => {
    const kind = one.kind === 'array' ? one.fields[0] : undefined;
    return kind?.kind === 'literal' ? [kind.text] : [];
  });
}

const CONTROL = kindsOf('control-frame');
const BODIES = kindsOf('body');

/** The longest frame and body of each kind: of schedules that are kept, on the reference, and of one in which a child falls silent. */
function met() {
  const frames = new Map<string, Uint8Array>();
  const bodies = new Map<string, Uint8Array>();
  const harness = harnessFor('reference', ON_REQUEST);
  if (harness === undefined) throw new Error('no reference');
  const look = ({ scenario, moves }: Pick<Counterexample, 'scenario' | 'moves'>): void => {
    const how = { keepTrace: true, properties: [], digest: false };
    const { trace = [] } = execute(harness, scenario, moves, how);
    for (const step of trace)
      for (const output of step.kind === 'reaction' ? step.outputs : []) {
        if (output.kind !== 'send' || !(output.frame instanceof Uint8Array)) continue;
        const frame = decodeFrame(output.frame);
        keep(frames, frame.kind, output.frame);
        if (frame.kind === 'link') keep(bodies, decodeBody(frame.body).kind, frame.body);
      }
  };
  const scenario = scenarioOf({ k: 2, routers: 1, clients: 2 });
  look({
    scenario,
    moves: [
      { move: 'crash', node: 'c2' },
      { move: 'elapse', ms: 20_000 },
    ],
  });
  const folder = join(ROOT, 'counterexamples');
  for (const name of readdirSync(folder).filter((one) => one.startsWith('mutant-'))) {
    if (frames.size === CONTROL.length + 1 && bodies.size === BODIES.length) break;
    const { scenario: own, moves } = parseCounterexample(readFileSync(join(folder, name), 'utf8'), name);
    // What was lost comes again, who was told two stories finds out.
    look({ scenario: own, moves: [...moves, { move: 'elapse', ms: 10_000 }] });
  }
  return { frames, bodies };
}

/** Longer ones say no more, and there is more of them to change. */
const LONG_BYTES = 1_200;

function keep(all: Map<string, Uint8Array>, kind: string, bytes: Uint8Array): void {
  const before = all.get(kind);
  const isFuller = bytes.length <= LONG_BYTES && bytes.length > (before?.length ?? 0);
  if (before === undefined || isFuller) all.set(kind, bytes);
}

/** Values with one thing changed in them: an array shorter or longer by one, a leaf of another type or length. */
function* changed(value: Plain): Generator<Plain> {
  if (Array.isArray(value)) {
    const list: readonly Plain[] = value;
    yield list.slice(0, -1);
    yield [...list, 0];
    for (const [at, one] of list.entries()) for (const other of changed(one)) yield list.with(at, other);
  } else if (value instanceof Uint8Array) {
    yield value.slice(1);
    yield '';
  } else yield typeof value === 'number' ? 'x' : 7;
}

describe('the grammar', () => {
  const { frames, bodies } = met();

  test('names rules that it has, and has none in vain', () => {
    const named = new Set<string>(['frame', 'body', 'writes']);
    const visit = (type: Type): void => {
      if (type.kind === 'rule') named.add(type.name);
      else if (type.kind === 'any') type.of.forEach(visit);
      else if (type.kind === 'list') visit(type.of);
      else if (type.kind === 'array') type.fields.forEach(visit);
    };
    for (const rule of rules.values()) visit(rule);
    const primitive = ['uint', 'tstr', 'bstr'];
    expect([...named].filter((name) => !primitive.includes(name)).toSorted()).toEqual(
      [...rules.keys()].toSorted(),
    );
  });

  test('has every frame and body, of all kinds', () => {
    expect([...frames.keys()].toSorted()).toEqual([...CONTROL, 'link'].toSorted());
    expect([...bodies.keys()].toSorted()).toEqual(BODIES.toSorted());
    for (const frame of frames.values()) expect(matches(ruleOf('frame'), decode(frame))).toBe(true);
    for (const body of bodies.values()) expect(matches(ruleOf('body'), decode(body))).toBe(true);
    expect(matches(ruleOf('writes'), decode(encodeWrites([{ key: 'k', value: 'v' }])))).toBe(true);
    for (const bytes of [...frames.values(), ...bodies.values()])
      expect(Buffer.from(encode(decode(bytes))).equals(bytes)).toBe(true);
  });

  test.each([
    ['frame', frames, decodeFrame],
    ['body', bodies, decodeBody],
  ] as const)('refuses of a changed %s what the codec refuses', (rule, all, decoded) => {
    let refused = 0;
    for (const bytes of all.values())
      for (const other of changed(decode(bytes))) {
        if (matches(ruleOf(rule), other)) continue;
        refused += 1;
        expect(() => decoded(encode(other)), JSON.stringify(other).slice(0, 200)).toThrow();
      }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('the bytes', () => {
  const block = /<!-- table: encoding -->\n\n```text\n([^]*?)\n```/.exec(page)?.[1] ?? '';
  const told = new Map(
    Array.from(block.matchAll(/^(\S.*)\n {2}([0-9a-f]+)$/gm), ([, name = '', hex = '']) => [name, hex]),
  );
  const hex = (bytes: Uint8Array | ArrayBuffer): string => Buffer.from(bytes as Uint8Array).toString('hex');
  const hkdf = (secret: Uint8Array, info: Plain): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), encode(info), 32));
  const derive = (...path: readonly string[]): Uint8Array =>
    hkdf(Buffer.from('psl-verify laboratory'), ['psl/enrol/1', ...path]);
  /** PKCS #8 of a bare secret. */
  const secretOf = (curve: 'Ed25519' | 'X25519', secret: Uint8Array) =>
    createPrivateKey({
      key: Buffer.concat([
        Buffer.from(`302e020100300506032b65${curve === 'Ed25519' ? '70' : '6e'}04220420`, 'hex'),
        secret,
      ]),
      format: 'der',
      type: 'pkcs8',
    });
  const publicOf = (key: ReturnType<typeof secretOf>): Uint8Array =>
    Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));

  const anchor = secretOf('Ed25519', derive('enrolment'));
  const signing = secretOf('Ed25519', derive('signing', 'c1', 'client', 'default'));
  const link = secretOf('X25519', derive('link', 'c1', 'client', 'default'));
  const rootLink = secretOf('X25519', derive('link', 'C', 'coordinator', 'default'));
  const signed = (key: ReturnType<typeof secretOf>, what: Plain): Uint8Array =>
    Uint8Array.from(sign(null, encode(what), key));
  const body = ['c1', 'client', 'default', publicOf(signing), publicOf(link)];
  const credential = [...body, signed(anchor, ['psl/credential/1', ...body])];

  test('are those that are written there', () => {
    expect(page).toContain(TABLES['encoding']?.());
    expect(told.size).toBe(14);
  });

  test('of enrolment follow from the seed', () => {
    expect(told.get('enrolment key, public')).toBe(hex(publicOf(anchor)));
    expect(told.get('group key of the first key epoch')).toBe(hex(derive('group')));
    expect(told.get('group key of key epoch 2')).toBe(hex(derive('group', '2')));
    expect(told.get('signing key of c1, public')).toBe(hex(publicOf(signing)));
    expect(told.get('link key of c1, public')).toBe(hex(publicOf(link)));
    expect(told.get('signature of the credential of c1')).toBe(hex(credential.at(-1) as Uint8Array));
    expect(told.get('key of what a rotation to key epoch 2 seals of earlier keys')).toBe(
      hex(hkdf(derive('group', '2'), ['psl/earlier/1', 2])),
    );
  });

  test('of a link follow from both ends', () => {
    const info = ['psl/link/1', 'C', 1, 'c1', 1, 1];
    expect(told.get('info of the key of the link')).toBe(hex(encode(info)));
    const shared = diffieHellman({ privateKey: link, publicKey: createPublicKey(rootLink) });
    const key = hkdf(shared, info);
    expect(told.get('key of the link')).toBe(hex(key));
    const frame = encode(['link', 'c1', 'C', 1, 1, encode(['heartbeat']), new Uint8Array(32)]);
    const mac = createHmac('sha256', key).update(frame.subarray(0, -34)).digest();
    expect(told.get('frame: a heartbeat from c1 to C, counter 1')).toBe(
      hex(frame.subarray(0, -32)) + hex(mac),
    );
  });

  test('of a control frame follow from its body', () => {
    const leave = ['c1', 1];
    const frame = ['leave', leave, credential, signed(signing, ['psl/signed/1', 'leave', leave])];
    expect(told.get('frame: c1 leaves')).toBe(hex(encode(frame)));
  });

  test('of a record follow from its ciphertext', () => {
    const ciphertext = Uint8Array.from(Buffer.from(told.get('ciphertext of the record') ?? '', 'hex'));
    expect(ciphertext).toHaveLength(encode([['k', 'v']]).length + 16);
    const hashed = encode(['c1/1', 'c1', 1, new Uint8Array(32), 1, 1, ciphertext]);
    const hash = Uint8Array.from(createHash('sha256').update(hashed).digest());
    expect(told.get('hash of the record')).toBe(hex(hash));
    expect(told.get('signature of the record')).toBe(hex(signed(signing, ['c1/1', 1, 1, hash])));
  });
});
