/**
 * Probing: what a search asks on purpose. Where a property breaks by one kind of fault or attack, it may well break by others, and by chance a search
 * meets some of them. So each kind is put to each place: in short schedules made from nothing, and in variations of schedules that are known to
 * break it there, whose faults are taken out for others of the kind that is asked about.
 */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Random } from './harness.ts';
import type { ProbeOptions } from './probe-moves.ts';
import { MAX_PROBE_BASES } from './bounds.ts';
import { causeText, leastEfforts, placeText, type CauseRules, type FoundCause } from './causes.ts';

/** Schedules that are known to break something, and what is asked of variations of them. Plain JSON. */
export interface Probing {
  readonly schedules: readonly { readonly scenario: unknown; readonly schedule: Schedule }[];
  readonly probes: readonly Probe[];
  /** Which of the probes the first run is for; the next ones follow in turn. @default the first */
  readonly from?: number;
}

/** Whether moves of one kind, without any of another, break a property at one place. */
export interface Probe {
  readonly property: string;
  readonly where: string;
  /** Undefined: no fault at all. */
  readonly kind?: string;
  /** Schedules that break it there by other moves: positions in `Probing.schedules`. */
  readonly bases: readonly number[];
  /** Schedules that break something else by moves of this kind. */
  readonly donors: readonly number[];
}

/** Asks for a kind, or for no fault at all, whatever it breaks. */
export function probeOfKind<C>(rules: CauseRules<C>, kind: string | undefined): ProbeOptions {
  return {
    kind,
    choices: rules.kinds.find(({ id }) => id === kind)?.choices ?? [],
    // Moves of the harness are asked about, which these rules are for.
    kindOf: (move: Move) => rules.kindOf(move as Move<C>),
  };
}

/**
 * Everything that is open: for each place where something breaks, each kind that is not known to break it there and takes no more than those that
 * do, and no fault at all. Kinds by which nothing is known to break anywhere are left to chance.
 */
export function probingOf<C, S extends BaseScenario>(
  rules: CauseRules<C>,
  found: readonly FoundCause<C, S>[],
): Probing {
  const causes = found.map(({ cause }) => cause);
  const known = new Set(causes.map(causeText));
  const efforts = leastEfforts(rules, causes);
  const shortest = Array.from(found.keys()).toSorted((a, b) => lengthOf(found[a]) - lengthOf(found[b]));
  const places = new Map(causes.map((cause) => [placeText(cause), cause]));
  // Of all places, the easy kinds first: where one of them does it, what takes more is not asked the next time.
  const probes = [undefined, ...rules.kinds].flatMap((kind) => {
    const donors = shortest.filter((at) => found[at]?.cause.kinds.join() === (kind?.id ?? ''));
    if (kind !== undefined && donors.length === 0) return [];
    return Array.from(places).flatMap(([place, { property, where }]): readonly Probe[] => {
      const isDear = kind !== undefined && rules.effortOf(kind.id) > (efforts.get(place) ?? Infinity);
      const asked = { property, where, kinds: kind === undefined ? [] : [kind.id] };
      if (isDear || known.has(causeText(asked))) return [];
      const there = shortest.filter((at) => causes[at] !== undefined && placeText(causes[at]) === place);
      // What breaks there without any fault does so whatever is put in.
      const byFault = there.filter((at) => (causes[at]?.kinds.length ?? 0) > 0);
      const bases = (byFault.length > 0 ? byFault : there).slice(0, MAX_PROBE_BASES);
      return [
        {
          property,
          where,
          ...(kind === undefined ? {} : { kind: kind.id }),
          bases,
          donors: kind === undefined ? [] : donors.slice(0, MAX_PROBE_BASES),
        },
      ];
    });
  });
  return { schedules: found.map(({ scenario, schedule }) => ({ scenario, schedule })), probes };
}

function lengthOf<C, S extends BaseScenario>(found: FoundCause<C, S> | undefined): number {
  return found?.schedule.length ?? Infinity;
}

/** Percent of the answers that are given in the scenario of the donor. */
const DONOR_SCENARIO_PERCENT = 30;

/** What run `index` of a campaign that probes is asked, in which scenario it answers, and from what. @throws RangeError if nothing is asked */
export function probeOf<C>(
  rules: CauseRules<C>,
  { schedules, probes, from = 0 }: Probing,
  index: number,
  random: Random,
): { readonly property: string; readonly scenario: unknown; readonly options: ProbeOptions } {
  const probe = probes[(from + index) % Math.max(1, probes.length)];
  const base = probe && schedules[random.pick(probe.bases)];
  if (probe === undefined || base === undefined) throw new RangeError('there is nothing to probe');
  const donor = probe.donors.length === 0 ? undefined : schedules[random.pick(probe.donors)];
  const { property, kind } = probe;
  const isDonors = donor !== undefined && random.chance(DONOR_SCENARIO_PERCENT);
  return {
    property,
    scenario: isDonors ? donor.scenario : base.scenario,
    options: {
      ...probeOfKind(rules, kind),
      base: base.schedule,
      ...(donor === undefined ? {} : { donor: donor.schedule }),
    },
  };
}
