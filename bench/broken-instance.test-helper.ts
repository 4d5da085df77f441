/** The small multicast protocol with one thing wrong: each breaks one invariant. */
import type { Composition, Outcome } from '../engine/exhaust/composition.ts';
import type { ClientContext, InstanceMessage, InstanceSize, RouterContext } from './instance-charts.ts';
import { instanceInvariants, instanceOf, type InstanceLocal } from './instance.ts';

type Instance = Composition<InstanceLocal, InstanceMessage>;
type Step = Outcome<InstanceLocal, InstanceMessage>;

function withContext(local: InstanceLocal, patch: object): InstanceLocal {
  return local.machine.resolveState({ value: local.value, context: { ...local.context, ...patch } });
}

/** By invariant, an instance in which only that one is broken. */
export function brokenInstances(size: InstanceSize): ReadonlyMap<string, Instance> {
  const { k, routers } = size;
  const whole = instanceOf(size);
  const isRouter = (node: number) => node >= 1 && node <= routers;
  const receiving = (
    react: (node: number, local: InstanceLocal, message: InstanceMessage, step: Step) => Step,
  ): Instance => ({
    ...whole,
    receive(node, local, message) {
      const step = whole.receive(node, local, message);
      return step === undefined ? undefined : react(node, local, message, step);
    },
  });
  return new Map([
    // A router sends everything twice: the network holds one copy, but it counts.
    [
      'sends-at-most-k-plus-1',
      receiving((node, local, message, step) => {
        if (!isRouter(node) || message.type !== 'data') return step;
        const { sent: before } = local.context as RouterContext;
        const { sent: after } = step.local.context as RouterContext;
        const sent = after.map((times, at) => Math.min(k + 2, 2 * times - (before[at] ?? 0)));
        return { ...step, local: withContext(step.local, { sent }) };
      }),
    ],
    // A client multicasts again once its data is on its way, counts it as one, and takes what it has seen.
    [
      'delivers-once',
      {
        ...receiving((node, local, message, step) => {
          if (node <= routers || message.type !== 'data') return step;
          const { parent, own, delivered } = local.context as ClientContext;
          const { from, multicast } = message;
          if (from !== parent || multicast === own) return step;
          const times = Math.min(2, (delivered[multicast] ?? 0) + 1);
          return { local: withContext(local, { delivered: delivered.with(multicast, times) }), sends: [] };
        }),
        acts: (node, local) => {
          const { own, isMade } = local.context as ClientContext;
          if (node <= routers || own === -1 || !isMade) return whole.acts(node, local);
          const fresh = withContext(local, { isMade: false });
          return whole.acts(node, fresh).map((act) => ({ ...act, local }));
        },
        // Only the one: sending twice is what it takes.
        invariants: instanceInvariants(size).filter(({ id }) => id !== 'sends-at-most-k-plus-1'),
      },
    ],
    // With the place of its last client, the coordinator makes up data for it.
    [
      'delivers-what-was-multicast',
      receiving((node, _, message, step) => {
        if (node !== 0 || message.type !== 'join' || message.node !== routers + size.clients) return step;
        const to = message.node;
        const from = (step.local.context as { parents: readonly number[] }).parents[to] ?? 0;
        return { ...step, sends: [...step.sends, { type: 'data', from, to, multicast: 0 }] };
      }),
    ],
  ]);
}
