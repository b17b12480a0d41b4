import type { Tier } from '../domain/plan.ts'
import type { BlastRadius } from '../domain/playbook.ts'
import type { Criticality } from '../domain/service-catalog.ts'
import { isProduction } from './is-production.ts'

/**
 * `reversible` as the playbook declares it; `hard` when it declares itself not reversible and yet every step with an
 * effect says how it is undone; else `irreversible`.
 */
export type Reversibility = 'reversible' | 'hard' | 'irreversible'

export interface TierFacts {
  readonly reversibility: Reversibility
  readonly blastRadius: BlastRadius
  readonly disturbed: readonly { readonly name: string; readonly criticality: Criticality }[]
  /** What is acted on and not in the catalog. */
  readonly unknown: readonly string[]
  readonly environment: string | null
  readonly isNovel: boolean
}

export interface TierVerdict {
  readonly tier: Tier
  /** One sentence each, in the order they were applied. */
  readonly reasons: readonly string[]
}

interface Step {
  readonly tier: Tier
  readonly reason: string
}

/** The tier of a plan, by the table of CONTRACT 7 alone. */
export function assessTier(facts: TierFacts): TierVerdict {
  const base = assessBase(facts)
  if (base.tier === 4) return { tier: 4, reasons: [base.reason] }
  const reasons = [base.reason]
  let tier: Tier = base.tier
  if (!isProduction(facts.environment)) {
    tier = lower(tier)
    reasons.push(`The environment ${facts.environment ?? ''} is not production: one less, at least 1.`)
  }
  if (facts.isNovel) {
    tier = raise(tier)
    reasons.push('This playbook has no record of success here: one more, at most 3.')
  }
  return { tier, reasons }
}

function assessBase(facts: TierFacts): Step {
  if (facts.unknown.length > 0) {
    return { tier: 4, reason: `The blast radius is not known: ${facts.unknown.join(', ')} is not in the catalog.` }
  }
  if (facts.disturbed.length === 0) return { tier: 4, reason: 'The blast radius is not known: no service is named.' }
  if (facts.blastRadius === 'account') return { tier: 4, reason: 'It touches the whole account.' }
  if (facts.reversibility === 'irreversible') return { tier: 4, reason: 'It cannot be undone.' }
  if (facts.blastRadius === 'environment') return { tier: 3, reason: 'It touches a whole environment.' }
  if (facts.reversibility === 'hard') return { tier: 3, reason: 'It is hard to undo.' }
  return assessReversible(facts.disturbed)
}

function assessReversible(disturbed: TierFacts['disturbed']): Step {
  const names = disturbed.map((service) => service.name).join(', ')
  const [only] = disturbed
  if (disturbed.length > 3) {
    return { tier: 3, reason: `It can be undone, and disturbs more than three services: ${names}.` }
  }
  if (only !== undefined && disturbed.length === 1) {
    const criticality = String(only.criticality)
    return only.criticality >= 3
      ? { tier: 1, reason: `It can be undone, and disturbs only ${names}, of criticality ${criticality}.` }
      : { tier: 2, reason: `It can be undone, and disturbs ${names}, of criticality ${criticality}.` }
  }
  return { tier: 2, reason: `It can be undone, and disturbs ${String(disturbed.length)} services: ${names}.` }
}

function lower(tier: 1 | 2 | 3): 1 | 2 {
  return tier === 3 ? 2 : 1
}

function raise(tier: 1 | 2 | 3): 2 | 3 {
  return tier === 1 ? 2 : 3
}

/** This playbook has not yet succeeded on this service, nor three times on services of the same criticality and owner. */
export function isNovel(successes: { readonly onService: number; readonly onSimilar: number }): boolean {
  return successes.onService < 1 && successes.onSimilar < 3
}

export function reversibilityOf(plan: {
  readonly reversible: boolean
  readonly steps: readonly { readonly isVerification: boolean; readonly hasUndo: boolean }[]
}): Reversibility {
  if (plan.reversible) return 'reversible'
  const effects = plan.steps.filter((step) => !step.isVerification)
  return effects.length > 0 && effects.every((step) => step.hasUndo) ? 'hard' : 'irreversible'
}
