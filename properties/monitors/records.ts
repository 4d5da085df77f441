/** What enters an enclave, and what leaves one. */
import type { Violation } from '../../engine/index.ts';
import type { RecordReport, SeenReaction } from '../reading.ts';
import { Judge, type Watch } from './judge.ts';
import { Holdings, recordId, writerOf } from './tracking.ts';

/** Hash that the first record of a capsule points back to: 32 zero bytes, in hex. */
const GENESIS = '00'.repeat(32);

/** `authentic-delivery`: what enters an enclave was put by its claimed writer, unchanged. */
export class AuthenticDelivery extends Judge {
  readonly #puts = new Map<string, RecordReport>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    for (const report of reaction.reports) {
      // Whoever has the keys of a client can say in its name what it likes.
      if ('capsule' in report && !this.watch.isHonest(report.capsule)) continue;
      if (report.type === 'put') {
        if (writerOf(report.capsule) !== reaction.node)
          return this.violated(
            reaction,
            `${reaction.node} wrote into ${report.capsule}, which is not its own capsule`,
          );
        this.#puts.set(recordId(report), report);
      } else if (report.type === 'delivered') {
        this.exercised += 1;
        const put = this.#puts.get(recordId(report));
        if (put === undefined)
          return this.violated(
            reaction,
            `${reaction.node} delivered ${recordId(report)}, which ${writerOf(report.capsule)} never put`,
            report,
          );
        if (put.hash !== report.hash || JSON.stringify(put.writes) !== JSON.stringify(report.writes))
          return this.violated(
            reaction,
            `${reaction.node} delivered ${recordId(report)} other than it was put`,
            { put, delivered: report },
          );
      }
    }
    return undefined;
  }
}

/**
 * `chain-integrity`: of each capsule a prefix of the one chain, each record once, in order, every `prevHash` right. Of a capsule whose
 * writer was taken over there can be several chains, and each client delivers a prefix of one of them.
 */
export class ChainIntegrity extends Judge {
  /** As before the step that is judged. */
  readonly #holdings = new Holdings();
  readonly #written = new Map<string, string>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node } = reaction;
    if (reaction.input.kind === 'start') this.#holdings.observe({ ...reaction, reports: [] });
    for (const report of reaction.reports) {
      if (report.type !== 'put' && report.type !== 'delivered') continue;
      this.exercised += 1;
      const { capsule, seq } = report;
      const id = recordId(report);
      const position = this.#holdings.position(node, capsule);
      const isHonest = this.watch.isHonest(capsule);
      if (!isHonest && writerOf(capsule) === node) continue;
      const verb = report.type === 'put' ? 'put' : 'delivered';
      if (seq !== position + 1)
        return this.violated(reaction, `${node} ${verb} ${id} where ${capsule}#${position + 1} was next`);
      const { genesis = GENESIS } = this.watch.facts;
      const before = isHonest
        ? this.#written.get(`${capsule}#${seq - 1}`)
        : this.#holdings.hashOf(node, capsule, seq - 1);
      const expected = seq === 1 ? genesis : before;
      if (report.prevHash !== undefined && report.prevHash !== expected)
        return this.violated(
          reaction,
          `${node} ${verb} ${id} with a prevHash that is not the hash of the record before it`,
        );
      if (report.type === 'put') {
        if (this.#written.has(id))
          return this.violated(reaction, `${node} wrote ${id} twice: it forked its own capsule`);
        this.#written.set(id, report.hash ?? id);
      }
      this.#holdings.observe({ ...reaction, input: { kind: 'timer', timer: '' }, reports: [report] });
    }
    return undefined;
  }
}

/** `enclave-economy`: the enclave is entered exactly once per genuine record, and for nothing else. */
export class EnclaveEconomy extends Judge {
  readonly #put = new Set<string>();
  readonly #holdings = new Holdings();
  /** Per client life: records that arrived and were not rejected. */
  readonly #taken = new Map<string, Set<string>>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node, input } = reaction;
    if (input.kind === 'start') {
      this.#taken.set(node, new Set());
      this.#holdings.observe({ ...reaction, reports: [] });
    }
    if (input.kind === 'frame' && reaction.rejected === undefined) {
      const { message } = input.reading;
      const taken = this.#taken.get(node);
      if (message.type === 'data') taken?.add(recordId(message.record));
      if (message.type === 'repair')
        for (const seq of message.seqs) taken?.add(recordId({ capsule: message.capsule, seq }));
    }
    const now = new Set<string>();
    for (const report of reaction.reports) {
      if (report.type === 'put') this.#put.add(recordId(report));
      if (report.type !== 'delivered') continue;
      this.exercised += 1;
      const id = recordId(report);
      if (
        now.has(id) ||
        this.#holdings
          .records(node)
          .some((held) => held.seq === report.seq && held.capsule === report.capsule)
      )
        return this.violated(reaction, `${node} entered its enclave again for ${id}`);
      const isPut = this.#put.has(id) || !this.watch.isHonest(report.capsule);
      if (!isPut || this.#taken.get(node)?.has(id) !== true)
        return this.violated(
          reaction,
          `${node} entered its enclave for ${id}, which was not taken in as a genuine record`,
        );
      now.add(id);
    }
    this.#holdings.observe({ ...reaction, input: { kind: 'timer', timer: '' } });
    return undefined;
  }
}

/** Shorter secrets than this are not looked for: they occur by chance. */
const MIN_SECRET_BYTES = 6;

/** `confidentiality`: no plaintext and no group key in any byte that left an enclave, nor for those expelled in what is sealed from then on. */
export class Confidentiality extends Judge {
  readonly #secrets: { readonly what: string; readonly bytes: Buffer }[] = [];
  readonly #known = new Set<string>();

  constructor(property: string, watch: Watch) {
    super(property, watch);
    for (const secret of watch.facts.secrets ?? [])
      this.#secrets.push({ what: 'a group key', bytes: Buffer.from(secret) });
  }

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    if (reaction.input.kind === 'command' && reaction.input.command.type === 'put') {
      const { key, value } = reaction.input.command;
      this.#learn(`key ${JSON.stringify(key)}`, key);
      this.#learn(`value ${JSON.stringify(value)}`, value);
    }
    for (const report of reaction.reports) {
      const key = report.type === 'rotated' ? this.watch.facts.groupKeyOf?.(report.keyEpoch) : undefined;
      if (key !== undefined) this.#secrets.push({ what: 'a group key', bytes: Buffer.from(key) });
    }
    for (const { to, bytes, reading } of reaction.sends) {
      if (bytes === undefined) continue;
      this.exercised += 1;
      const betrayed = this.watch.facts.betrays?.(bytes, reaction.node, this.watch.scenario);
      if (betrayed !== undefined) return this.violated(reaction, `${reaction.node} sent ${to} ${betrayed}`);
      const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (const secret of this.#secrets) {
        if (frame.includes(secret.bytes))
          return this.violated(
            reaction,
            `${reaction.node} sent ${secret.what} in the clear to ${to}, in a ${reading.message.type}`,
          );
      }
    }
    return undefined;
  }

  #learn(what: string, text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length < MIN_SECRET_BYTES || this.#known.has(text)) return;
    this.#known.add(text);
    this.#secrets.push({ what, bytes });
  }
}
