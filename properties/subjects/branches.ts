/**
 * Names for records that are not those which their writers put: of a node that was taken over there can be several with one name. Which one
 * was put, the writer's own report says.
 */
import type { Evidence as WireEvidence, Head, LinkBody as WireBody } from '../../impl/index.ts';
import type { LinkBody, RecordName, SealedRecord } from '../../model/index.ts';
import type { Report } from '../reading.ts';

/** Digits of a hash that name a branch. */
const BRANCH_DIGITS = 12;

const GENESIS = '00'.repeat(32);

/** Parts of a wire record that say which it is and which it continues. */
type WireRecord = Pick<Head, 'capsule' | 'seq' | 'hash'> & { readonly prevHash: Uint8Array };
type Content<K extends LinkBody['type']> = Extract<LinkBody, { readonly type: K }>;
type Body<K extends WireBody['kind']> = Extract<WireBody, { readonly kind: K }>;

/** The branches of one run. */
export class Branches {
  /** Hash of each record put, in hex, by its name; undefined where its writer does not say. */
  readonly #put = new Map<string, string | undefined>();

  /** Takes in what a node reported. What a writer puts first under a name is the one that it put. */
  learn(report: Report): void {
    if (report.type !== 'put') return;
    const name = `${report.capsule}#${report.seq}`;
    if (!this.#put.has(name)) this.#put.set(name, report.hash);
  }

  /** What an authentic body says, with the branches of its records; the same object if all of them were put. */
  named(body: WireBody, content: LinkBody): LinkBody {
    switch (body.kind) {
      case 'data': {
        const record = this.#record(body.record);
        return record === undefined ? content : { type: 'data', record };
      }
      case 'eoe':
        return this.#eoe(body, content as Content<'eoe'>);
      case 'sync':
        return this.#sync(body, content as Content<'sync'>);
      case 'repair':
        return this.#repair(body, content as Content<'repair'>);
      case 'evidence':
        return { type: 'evidence', ...this.evidence(body.evidence) };
      default:
        return content;
    }
  }

  /** Evidence, with the names of its branches. */
  evidence({ capsule, seq, branches }: WireEvidence) {
    const [first = '', second = ''] = branches
      .map(({ hash }) => this.#branch(capsule, seq, hash) ?? '')
      .toSorted();
    return { capsule, seq, branches: [first, second] as const };
  }

  #eoe(body: Body<'eoe'>, content: Content<'eoe'>): LinkBody {
    const heads = body.answers.map(({ answer }) => answer.heads.map((head) => this.#head(head)));
    if (heads.every((list) => list.every((head) => head.branch === undefined))) return content;
    return {
      ...content,
      answers: content.answers.map((answer, at) => ({ ...answer, heads: heads[at] ?? [] })),
    };
  }

  #sync(body: Body<'sync'>, content: Content<'sync'>): LinkBody {
    const frontier = body.body.frontier.map(({ head }) => this.#head(head));
    const forks = body.body.forks.map((evidence) => this.evidence(evidence));
    if (forks.length > 0) return { ...content, frontier, forks };
    return frontier.every(({ branch }) => branch === undefined) ? content : { ...content, frontier };
  }

  #repair(body: Body<'repair'>, content: Content<'repair'>): LinkBody {
    const marks: Record<string, Pick<SealedRecord, 'branch' | 'after'>> = {};
    for (const record of body.records) {
      const marked = this.#record(record);
      if (marked === undefined) continue;
      const { capsule: _, seq, ...mark } = marked;
      marks[String(seq)] = mark;
    }
    return Object.keys(marks).length === 0 ? content : { ...content, marks };
  }

  /** The record with its branches; undefined if it and the one before it were put. */
  #record({ capsule, seq, hash, prevHash }: WireRecord): SealedRecord | undefined {
    const branch = this.#branch(capsule, seq, hash);
    // What a record that was put continues needs no word: its writer chained it.
    if (branch === undefined) return undefined;
    const after = seq === 1 ? afterNothing(prevHash) : this.#branch(capsule, seq - 1, prevHash);
    return { capsule, seq, branch, ...(after === undefined ? {} : { after }) };
  }

  #head({ capsule, seq, hash }: Head): RecordName {
    const branch = this.#branch(capsule, seq, hash);
    return { capsule, seq, ...(branch === undefined ? {} : { branch }) };
  }

  /** The branch that a hash stands for; undefined if it is that of the record that was put. */
  #branch(capsule: string, seq: number, hash: Uint8Array): string | undefined {
    const name = `${capsule}#${seq}`;
    const text = hex(hash);
    if (this.#put.has(name) && (this.#put.get(name) ?? text) === text) return undefined;
    return text.slice(0, BRANCH_DIGITS);
  }
}

function afterNothing(prevHash: Uint8Array): string | undefined {
  const text = hex(prevHash);
  return text === GENESIS ? undefined : text.slice(0, BRANCH_DIGITS);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
