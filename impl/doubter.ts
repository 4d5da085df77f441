/**
 * A client's doubts (docs/protocol.md §5.6): a parent that greets, while nothing passes along the path on which it is, is left as if it were silent.
 */
import { COORDINATOR } from './credentials.ts';
import { Subscriber } from './subscriber.ts';
import type { ControlFrameOf, LinkBody, NodeName } from './messages.ts';

/** A member that watches the path to the coordinator. */
export abstract class Doubter extends Subscriber {
  /** A path that served nothing for so long is doubted. */
  protected get patienceMs(): number {
    const { doubtEpochs, epochMs, eoeMs } = this.parameters;
    return doubtEpochs * epochMs + eoeMs;
  }

  /** There is nobody to doubt between a client and the coordinator. */
  protected watchPath(): void {
    if (this.parent !== COORDINATOR) this.setTimer('doubt', this.patienceMs);
  }

  /** The path serves. */
  protected trustParent(): void {
    if (this.state === 'doubting') {
      this.cancelTimer('join');
      this.state = 'attached';
    }
    this.watchPath();
  }

  protected override install(placement: ControlFrameOf<'placement'>): void {
    const { parent: before, state } = this;
    super.install(placement);
    if (this.parent === COORDINATOR) {
      if (before !== '' && before !== COORDINATOR) this.cancelTimer('doubt');
    } else if (state !== 'attached' || before !== this.parent) this.watchPath();
  }

  protected override onLink(from: NodeName, body: LinkBody, data: Uint8Array): void {
    const wasOrphaned = this.state === 'orphaned';
    super.onLink(from, body, data);
    if (wasOrphaned && this.state !== 'orphaned') this.watchPath();
  }

  protected override onOtherTimer(timer: string): void {
    if (timer !== 'doubt') super.onOtherTimer(timer);
    else if (this.state === 'attached') this.doubtParent();
  }

  protected doubtParent(): void {
    const link = this.links.get(this.parent)?.peer.link;
    if (link === undefined) return;
    this.plea = { reason: 'orphaned', suspect: this.parent, link };
    this.join('doubting');
  }
}
