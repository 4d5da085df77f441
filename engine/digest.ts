/**
 * A digest of a trace, taken in step by step. SHA-256 over a canonical encoding: two runs that differ in anything
 * that a node did cannot agree. Steps are gathered in a buffer, since a call into node:crypto costs more than hashing.
 */
import { createHash } from 'node:crypto';
import type { BaseScenario, Output, Subject } from './subject.ts';
import type { TracedReaction, TracedStep } from './reaction.ts';

const BUFFER_BYTES = 32_768;

/** Takes in the steps of one run. */
export class TraceDigest<F, C, R, S extends BaseScenario> {
  readonly #hash = createHash('sha256');
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #subject: Subject<F, C, R, S>;
  #length = 0;

  constructor(subject: Subject<F, C, R, S>) {
    this.#subject = subject;
  }

  add(step: TracedStep<F, C, R>): void {
    this.#number(step.nowMs);
    if (step.kind === 'reaction') this.#reaction(step);
    else this.#text(JSON.stringify(step.event));
  }

  /** Hex. Ends the digest. */
  end(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #reaction(step: TracedReaction<F, C, R>): void {
    const { input, packet } = step;
    this.#text(step.node);
    this.#text(input.kind);
    switch (input.kind) {
      case 'start':
        this.#number(input.life);
        this.#bytesOf(input.entropy);
        this.#number(step.memory?.asOfIndex ?? -1);
        break;
      case 'frame':
        // A message in flight was taken in byte for byte when it was sent: here it is enough to say which it is.
        if (packet === undefined) {
          this.#text(input.from);
          this.#bytesOf(this.#subject.bytesOf(input.frame));
        } else this.#number(packet.order);
        break;
      case 'timer':
        this.#text(input.timer);
        break;
      case 'command':
        this.#text(JSON.stringify(input.command) ?? '');
        break;
    }
    this.#number(step.outputs.length);
    for (const output of step.outputs) this.#output(output);
    if (step.overrun === true) this.#text('overrun');
  }

  #output(output: Output<F, R>): void {
    this.#text(output.kind);
    switch (output.kind) {
      case 'send':
        this.#text(output.to);
        this.#bytesOf(this.#subject.bytesOf(output.frame));
        break;
      case 'set-timer':
        this.#text(output.timer);
        this.#number(output.ms);
        break;
      case 'cancel-timer':
        this.#text(output.timer);
        break;
      case 'report':
        this.#text(this.#subject.reportText?.(output.report) ?? JSON.stringify(output.report) ?? '');
        break;
      case 'reject':
        this.#text(output.reason);
        break;
    }
  }

  #number(value: number): void {
    if (this.#length + 8 > BUFFER_BYTES) this.#flush();
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** Length, then UTF-16 code units: cheaper than UTF-8 for the short texts that these are. */
  #text(text: string): void {
    const { length } = text;
    this.#number(length);
    if (2 * length > BUFFER_BYTES) {
      this.#large(Buffer.from(text, 'utf16le'));
      return;
    }
    if (this.#length + 2 * length > BUFFER_BYTES) this.#flush();
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      bytes[at] = unit & 0xff;
      bytes[at + 1] = unit >> 8;
      at += 2;
    }
    this.#length = at;
  }

  #bytesOf(bytes: Uint8Array): void {
    this.#number(bytes.length);
    if (bytes.length > BUFFER_BYTES) {
      this.#large(bytes);
      return;
    }
    if (this.#length + bytes.length > BUFFER_BYTES) this.#flush();
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #large(bytes: Uint8Array): void {
    this.#flush();
    this.#hash.update(bytes);
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }
}
