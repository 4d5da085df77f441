/**
 * What members do about a coordinator that tells two stories (docs/protocol.md §5.7): compare placements with the one that is
 * installed, show that to a neighbour that is silent, keep evidence and tell it.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { BaseNode, reject } from './base.ts';
import { encodeControlFrame, encodeSplitView } from './codec.ts';
import { COORDINATOR } from './credentials.ts';
import { isSplit, isSplitView, makeSplitView } from './split-view.ts';
import type { ControlFrameOf, NodeName, SplitView, SplitViewMessage } from './messages.ts';
import type { Entry } from './stored.ts';

/** A node that is placed. */
export abstract class Witness extends BaseNode {
  protected incarnation = 0;
  /** The placement that was installed last. */
  protected placed: ControlFrameOf<'placement'> | undefined;
  /** The evidence that it keeps: the first that it had. */
  protected splitView: SplitView | undefined;

  /** Takes back an entry of the storage. */
  protected restore(entry: Entry): void {
    if (entry.type === 'incarnation') this.incarnation = entry.incarnation;
    if (entry.type === 'rotation') this.takeRotation(entry.rotation, entry.cuts);
    else if (entry.type === 'split-view') this.splitView = entry.view;
  }

  /** The placement that is installed; undefined if there is none, or it is that of an incarnation that the node has lost. */
  protected installed(): ControlFrameOf<'placement'> | undefined {
    return this.placed?.body.incarnation === this.incarnation ? this.placed : undefined;
  }

  /** Whether a placement and the installed one are of one version and of no one tree. */
  protected contradictsInstalled(placement: ControlFrameOf<'placement'>): boolean {
    const installed = this.installed();
    return installed !== undefined && isSplit(installed, placement);
  }

  /** Keeps a placement beside the one that it contradicts. Returns whether there was need for it. */
  protected witness(placement: ControlFrameOf<'placement'>): boolean {
    const installed = this.installed();
    if (installed === undefined || this.splitView !== undefined) return false;
    if (!this.contradictsInstalled(placement)) return false;
    this.keepSplitView(makeSplitView(installed, placement));
    return true;
  }

  /** A split view from a neighbour. */
  protected onSplitView({ view }: SplitViewMessage): void {
    if (this.splitView !== undefined) reject('split-view: one is known already');
    if (!this.verifySplitView(view)) reject('split-view: convinces nobody');
    this.keepSplitView(view);
  }

  protected verifySplitView(view: SplitView): boolean {
    return isSplitView(view, this.anchor);
  }

  protected keepSplitView(view: SplitView): void {
    this.splitView = view;
    this.persist({ type: 'split-view', view });
    const version = view.placements[0]?.body.version ?? 0;
    this.report({ type: 'split-view', version, evidence: bytesToHex(encodeSplitView(view)) });
  }

  /** Shows its placement to a neighbour that may have been told another story. */
  protected show(node: NodeName): void {
    const installed = this.installed();
    if (installed !== undefined && node !== COORDINATOR) this.send(node, encodeControlFrame(installed));
  }

  /** Tells its neighbours what it keeps, but for the one whom it is against. */
  protected tellSplitView(): void {
    if (this.splitView === undefined) return;
    const others = this.links.names().filter((node) => node !== COORDINATOR);
    this.sendBody(others, { kind: 'split-view', view: this.splitView });
  }
}
