/** What the protocol is: statecharts, symbolic messages, and the relation that trees must satisfy. */

export { clientMachine } from './client.ts';
export { coordinatorMachine } from './coordinator.ts';
export { domainOf, gatewaySlots, isGateway, ownSlots, routerDepth, routersByDomain } from './domains.ts';
export type { Layout } from './domains.ts';
export { COORDINATOR, isFrame, roleOf, writerOf } from './events.ts';
export type {
  CommandEvent,
  EventOf,
  Known,
  LifeEvent,
  Log,
  Memory,
  ModelEvent,
  ModelOutput,
  Place,
  Role,
  Timer,
  TimerEvent,
} from './events.ts';
export { examine } from './examine.ts';
export type { Examined } from './examine.ts';
export type { ClientContext } from './holdings.ts';
export { neighboursOf } from './links.ts';
export {
  generationOf,
  generationOfCapsule,
  incarnationOf,
  isBeyondCut,
  isCut,
  isVoid,
  keyEpochOf,
  LIVES_PER_KEY,
  MAX_KEY_EPOCH,
} from './keys.ts';
export { capsuleOf, isInterest, isWanted, shardOf } from './interest.ts';
export type * from './messages.ts';
export { DEFAULT_PARAMETERS } from './parameters.ts';
export type { Parameters } from './parameters.ts';
export type { CoordinatorContext } from './placement.ts';
export { routerMachine } from './router.ts';
export type { RouterContext } from './router.ts';
export { choiceFor, describe, enabled, initialState, memoryOf, stateKey, step } from './step.ts';
export type { ModelState, StepResult } from './step.ts';
export {
  allGuardOutcomes,
  allRejections,
  allTransitions,
  MESSAGE_TYPES,
  transitionId,
} from './transitions.ts';
export { policyChoice, policyTree } from './policy.ts';
export { contradict } from './split-view.ts';
export { tornAt } from './relay.ts';
export { admissible, nodesWithSlotFor } from './tree.ts';
export type { Cause, Change } from './tree.ts';
