/** What the threads of a campaign import: subjects that are none of the kit's are loaded in each of them. */
import type { CampaignSetup } from '../engine/index.ts';
import { campaignHarness as setupOf, type CheckConfig } from './campaign-harness.ts';
import { isSubjectPath, loadSubject } from './own-subject.ts';
import type { Command, Report } from './reading.ts';
import type { TreeScenario } from './scenario.ts';

/** Called by the engine in each thread. */
export async function campaignHarness(
  config: unknown,
): Promise<CampaignSetup<unknown, Command, Report, TreeScenario>> {
  const { subject } = config as CheckConfig;
  if (isSubjectPath(subject)) await loadSubject(subject, 'subject');
  return setupOf(config);
}
