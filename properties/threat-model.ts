/** What holds against whom: for each property and each capability, and the suite that shows it. */
import type { Capability } from '../engine/index.ts';

/** What is promised against whoever has a capability. */
export type Promised =
  | 'holds'
  /** Not while it goes on; within a bound once it has stopped. */
  | 'may be delayed'
  /** Within a bound that is computed (`wayAroundMs`), though it goes on: wherever there is a way around. */
  | 'may be delayed while it goes on'
  /** It cannot be prevented; it is found out, and who did it. */
  | 'must be detected'
  /** Of the node that was taken over, its capsules, and whom it stands in the way of, nothing is promised; of all others it holds. */
  | 'holds for the others'
  | 'not promised';

export interface Threat {
  readonly capability: Capability;
  /** File, from the root of the kit, in which runs with it are judged by all properties. */
  readonly suite: string;
  /** What is promised of each property that does not simply hold. */
  readonly except: Readonly<Record<string, Promised>>;
}

const LIVENESS = {
  'delivery-to-every-subscriber': 'may be delayed',
  reattachment: 'may be delayed',
  'resync-completes': 'may be delayed',
  'latency-bound': 'may be delayed',
} as const;

const ENVIRONMENT = 'properties/reference.test.ts';
const INSIDERS = 'properties/insiders.test.ts';

/** Those that there are, in the order of tables. */
export const THREATS: readonly Threat[] = [
  { capability: 'network', suite: ENVIRONMENT, except: LIVENESS },
  { capability: 'timing', suite: ENVIRONMENT, except: LIVENESS },
  { capability: 'churn', suite: ENVIRONMENT, except: LIVENESS },
  { capability: 'outsider', suite: 'properties/adversary/tamper.test.ts', except: {} },
  { capability: 'insider', suite: 'properties/adversary/lie.test.ts', except: {} },
  {
    capability: 'writer',
    suite: INSIDERS,
    except: {
      'authentic-delivery': 'holds for the others',
      'fork-accountability': 'must be detected',
      'delivery-to-every-subscriber': 'holds for the others',
      reattachment: 'holds for the others',
      'resync-completes': 'holds for the others',
      'non-interference': 'not promised',
    },
  },
  {
    capability: 'router',
    suite: INSIDERS,
    except: {
      'delivery-to-every-subscriber': 'may be delayed while it goes on',
      reattachment: 'holds for the others',
      'resync-completes': 'holds for the others',
      'fork-accountability': 'holds for the others',
      'non-interference': 'not promised',
    },
  },
  {
    capability: 'coordinator',
    suite: INSIDERS,
    except: {
      'fork-accountability': 'holds for the others',
      'coordinator-accountability': 'must be detected',
      'placement-authority': 'not promised',
      'domain-crossing': 'not promised',
      'delivery-to-every-subscriber': 'not promised',
      reattachment: 'not promised',
      'resync-completes': 'not promised',
      'latency-bound': 'not promised',
      'non-interference': 'not promised',
    },
  },
  {
    capability: 'stolen',
    suite: INSIDERS,
    except: {
      'authentic-delivery': 'holds for the others',
      'fork-accountability': 'holds for the others',
      'delivery-to-every-subscriber': 'holds for the others',
      reattachment: 'holds for the others',
      'resync-completes': 'holds for the others',
      'non-interference': 'not promised',
    },
  },
];

/** What is promised of a property against whoever has a capability. */
export function promised({ except }: Threat, property: string): Promised {
  return except[property] ?? 'holds';
}
