/** What stands in the statecharts and cannot be reached, with the reason. A run that reaches it refutes the reason: `check` says so. */

const ONLY_CHILDREN =
  'the timer is set for children only, and cancelled by the commit or placement that takes the child away';
const ONLY_PLACED =
  'the timer is set by the first placement, and a placed node has a place for the rest of its life';

/** Why it cannot be reached, by its id. */
export const JUSTIFIED: Readonly<Record<string, string>> = {
  'coordinator up timer.suspect [missesChild]: false': ONLY_CHILDREN,
  'coordinator up.probing.probing timer.probe [isProbed]: false': 'what forgets a probe cancels its timer',
  'coordinator up * [isUnlistedFrame]: false':
    'the coordinator takes no commands, and its timers go off in states that listen to them only',
  'coordinator up rotate [mayRotate]: false': 'there is room for more key epochs than a run has rotations',
  'router left renew [mayRenew]: false': 'a node has more keys to come than a run has renewals',
  'client left renew [mayRenew]: false': 'a node has more keys to come than a run has renewals',
  'router up timer.suspect [missesChild]: false': `${ONLY_CHILDREN}; that of the parent goes off while attached, and is not set again before the parent is heard`,
  'router up timer.heartbeat [hasPlace]: false': ONLY_PLACED,
  'client up timer.heartbeat [hasPlace]: false': ONLY_PLACED,
  'client up.membership.attached timer.suspect [missesParent] → orphaned: false':
    'a client has no neighbour but its parent, and a placement cancels the timer of the one before',
};
