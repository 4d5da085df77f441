/**
 * What a client wants (docs/protocol.md §5.1, §7): its interest goes with every Join, and changes by a Subscription that is repeated
 * until a placement shows it.
 */
import { reject } from './base.ts';
import { COORDINATOR } from './credentials.ts';
import { Member } from './member.ts';
import { allShards, areSame, includesShardOf, isChoice } from './shards.ts';
import type { NodeOptions } from './base.ts';
import type { Capsule, Interest, PlacementBody } from './messages.ts';
import type { Entry } from './stored.ts';

/** A member that subscribes to shards. */
export abstract class Subscriber extends Member {
  /** What the installed placement takes it to want. */
  protected shown: Interest | undefined;
  /** Whether it repeats a Subscription. */
  protected telling = false;

  constructor(options: NodeOptions) {
    super(options, 'client');
    this.interest = allShards(this.parameters.shards);
  }

  protected override restore(entry: Entry): void {
    super.restore(entry);
    if (entry.type === 'interest') this.interest = entry.interest;
  }

  protected subscribesTo(capsule: Capsule): boolean {
    return includesShardOf(this.interest, capsule);
  }

  /** The command. What is no choice is none: nothing happens. */
  protected subscribe(interest: Interest): void {
    if (!isChoice(interest, this.parameters.shards)) return;
    this.interest = interest;
    this.persist({ type: 'interest', interest });
    if (this.hasPlace()) this.compareInterests();
  }

  protected override onInstalled(placement: PlacementBody): void {
    this.shown = placement.interest;
    this.compareInterests();
  }

  /** Tells the coordinator what its placement does not show. */
  protected compareInterests(): void {
    if (this.interest !== undefined && !areSame(this.interest, this.shown)) this.tell(this.interest);
    else if (this.telling) {
      this.telling = false;
      this.cancelTimer('subscription');
    }
  }

  protected tell(interest: Interest): void {
    this.telling = true;
    this.attempt += 1;
    const { node, incarnation, attempt } = this;
    this.sendControl(COORDINATOR, 'subscription', { node, incarnation, attempt, interest });
    this.setTimer('subscription', this.parameters.joinMs);
  }

  protected override onOtherTimer(timer: string): void {
    if (timer !== 'subscription') super.onOtherTimer(timer);
    if (!this.telling || this.interest === undefined) reject(`timer ${timer}: not set`);
    this.tell(this.interest);
  }
}
