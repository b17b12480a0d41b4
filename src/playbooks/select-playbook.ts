import type { FittingPlaybook, Shortlist } from './shortlist-playbooks.ts'
import type { BlastRadius } from '../domain/playbook.ts'
import type { Tier } from '../domain/plan.ts'
import { percent } from '../kernel/percent.ts'

/**
 * Below this nothing is proposed: half for the named cause (shortlist-playbooks.ts) times the eight in ten that a
 * reviewed playbook without a record is trusted with (track-record.ts). A record of failures asks for a surer cause.
 */
export const LEAST_CONFIDENCE = 0.4

/** More services than this at once is wide: where the tier table of policy/assess-tier.ts draws its line too. */
const NARROW_SERVICES = 3

export interface Held {
  readonly playbook: string
  readonly reasons: readonly string[]
}

export interface Selection {
  /** Sure enough to be proposed, the best first; the first whose plan can be made is. */
  readonly candidates: readonly FittingPlaybook[]
  readonly held: readonly Held[]
}

/** Which of the shortlist may be proposed at all. */
export function selectPlaybooks({ fits }: Pick<Shortlist, 'fits'>): Selection {
  const unsure = fits.filter(({ confidence }) => confidence < LEAST_CONFIDENCE)
  const held = unsure.map(({ playbook, confidence }) => ({
    playbook: playbook.name,
    reasons: [`It would help with ${percent(confidence)}, and below ${percent(LEAST_CONFIDENCE)} nothing is proposed.`],
  }))
  return { candidates: fits.filter((fit) => !unsure.includes(fit)), held }
}

export interface PlanReach {
  readonly isNovel: boolean
  readonly blastRadius: BlastRadius
  readonly disturbed: readonly string[]
  readonly tier: Tier
}

/** An incident that resembles none before is no place to try something wide. */
export function whyTooWide({ isNovel, blastRadius, disturbed, tier }: PlanReach): readonly string[] {
  if (!isNovel) return []
  const wide = describeWide({ blastRadius, disturbed, tier })
  return wide === null ? [] : [`It has no record of success here, and its plan is wide: ${wide}.`]
}

function describeWide({ blastRadius, disturbed, tier }: Omit<PlanReach, 'isNovel'>): string | null {
  if (blastRadius === 'environment' || blastRadius === 'account') return `it touches a whole ${blastRadius}`
  if (disturbed.length > NARROW_SERVICES) return `it disturbs ${String(disturbed.length)} services`
  return tier === 4 ? 'its tier is 4' : null
}
