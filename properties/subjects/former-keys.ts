/** What whoever was expelled can read: it has its own keys still, and the group keys up to then. */
import { groupKeysIn, openRecord, type CapsuleRecord, type RotationBody } from '../../impl/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { ENROLMENT, keysIn } from './enrolment.ts';
import { decodeOnce } from './reference-reader.ts';

/**
 * What such keys open in a frame, in words; undefined if nothing: a grant in a SYNC, or a record that `sender` wrote in a later key epoch. (Who
 * writes badly is to blame, not who passes it on.)
 */
export function betrays(frame: Uint8Array, sender: string, scenario: TreeScenario): string | undefined {
  const decoded = decodeOnce(frame);
  if ('wrong' in decoded || decoded.body === undefined) return undefined;
  const { body } = decoded;
  switch (body.kind) {
    case 'sync':
      return body.body.rotation && openedGrant(body.body.rotation.body, scenario);
    case 'data':
      return openedRecord([body.record], sender);
    case 'repair':
      return openedRecord(body.records, sender);
    default:
      return undefined;
  }
}

function openedGrant(rotation: RotationBody, scenario: TreeScenario): string | undefined {
  const { expelled } = rotation;
  const former = expelled.find((node, at) => {
    // Each of them as often as it was expelled: the keys that are void are so many generations.
    const generation = at - expelled.indexOf(node);
    const { linkSecret } = keysIn(scenario, node, ENROLMENT, generation);
    return groupKeysIn(rotation, node, [linkSecret]) !== undefined;
  });
  return (
    former &&
    `a grant of the group key of epoch ${rotation.keyEpoch} that ${former}, who was expelled, can open`
  );
}

function openedRecord(records: readonly CapsuleRecord[], sender: string): string | undefined {
  for (const record of records) {
    if (record.writer !== sender) continue;
    for (let epoch = 1; epoch < record.keyEpoch; epoch += 1)
      if (openRecord(record, ENROLMENT.groupKeyOf(epoch)) !== undefined)
        return `${record.capsule}#${record.seq} sealed under the group key of epoch ${epoch}, which is over`;
  }
  return undefined;
}
