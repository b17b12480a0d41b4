import { explainOthers } from '../../playbooks/explain-others.ts'
import { reorderCandidates } from '../../playbooks/reorder-candidates.ts'
import { selectPlaybooks, whyTooWide } from '../../playbooks/select-playbook.ts'
import { adviseOrder } from './advise-order.ts'
import { findFreeze, freezeText, modeFor, servicesOfPlan } from './mode-and-freeze.ts'
import { planForIncident } from './plan-for-incident.ts'
import { shortlistFor } from './proposal-ground.ts'
import type { Deps } from '../dependencies.ts'
import type { FittingPlaybook } from '../../playbooks/shortlist-playbooks.ts'
import type { Held } from '../../playbooks/select-playbook.ts'
import type { Incident } from '../../domain/incident.ts'
import type { PlaybookAdvice } from '../../domain/playbook-advice.ts'
import type { PlanAnswer, PlanDraft } from './plan-for-incident.ts'
import type { ProposalGround } from './proposal-ground.ts'

export interface Chosen {
  readonly draft: PlanDraft
  /** Why this one and why not the others, one sentence each. */
  readonly reasons: readonly string[]
}

export interface Choice {
  /** By the facts alone: the first of the shortlist whose plan can be made. */
  readonly byFacts: Chosen
  /** What comes first in a model's order, where that is another one; never more than the facts would do. */
  readonly byAdvice: Chosen | null
}

export type ChoiceAnswer =
  | { readonly ok: true; readonly choice: Choice }
  /** Why there is nothing to propose, by playbook. */
  | { readonly ok: false; readonly refused: readonly Held[] }

/**
 * The playbook to propose. A model may move one to the front that could be proposed anyway; where nothing can be, it is
 * not heard, and where its choice has a higher tier or would run by itself while the first of the facts would not, the
 * facts stand. Plans are made of the same facts either way, so their bytes are equal.
 */
export async function choosePlaybook(deps: Deps, ground: ProposalGround, signal: AbortSignal): Promise<ChoiceAnswer> {
  const shortlist = await shortlistFor(deps, ground)
  const { candidates, held } = selectPlaybooks(shortlist)
  const plans = new Map<FittingPlaybook, Promise<PlanAnswer>>()
  const planOf = (fit: FittingPlaybook) => {
    const made = plans.get(fit) ?? tryPlan(deps, ground.incident, fit)
    plans.set(fit, made)
    return made
  }
  const [first, advice] = await Promise.all([
    firstPlan(candidates, planOf),
    adviseOrder(deps, ground, candidates, signal),
  ])
  if (first.fit === null) {
    const unfit = shortlist.unfit.map(({ playbook, reasons }) => ({ playbook: playbook.name, reasons }))
    return { ok: false, refused: [...first.refused, ...held, ...unfit] }
  }
  const explain = ({ fit, draft, refused }: FirstPlan): Chosen => {
    const [why = '', ...others] = explainOthers(fit, shortlist, [...refused, ...held])
    return { draft, reasons: [why, ...inTheModelsWords(advice, fit), ...others, ...fit.reasons] }
  }
  const advised = await followAdvice(deps, { candidates, planOf, first, advice })
  return { ok: true, choice: { byFacts: explain(first), byAdvice: advised === null ? null : explain(advised) } }
}

interface FirstPlan {
  readonly fit: FittingPlaybook
  readonly draft: PlanDraft
  /** Better ones whose plan cannot be made. */
  readonly refused: readonly Held[]
}

type PlanOf = (fit: FittingPlaybook) => Promise<PlanAnswer>

async function firstPlan(
  candidates: readonly FittingPlaybook[],
  planOf: PlanOf,
): Promise<FirstPlan | { readonly fit: null; readonly refused: readonly Held[] }> {
  const refused: Held[] = []
  for (const fit of candidates) {
    const answer = await planOf(fit)
    if (answer.ok) return { fit, draft: answer.draft, refused }
    refused.push({ playbook: fit.playbook.name, reasons: answer.reasons })
  }
  return { fit: null, refused }
}

interface Advised {
  readonly candidates: readonly FittingPlaybook[]
  readonly planOf: PlanOf
  readonly first: FirstPlan
  readonly advice: PlaybookAdvice | null
}

async function followAdvice(
  { telemetry }: Deps,
  { candidates, planOf, first, advice }: Advised,
): Promise<FirstPlan | null> {
  const order = advice?.order ?? null
  if (order === null) return null
  const advised = await firstPlan(reorderCandidates(candidates, order), planOf)
  // Where one plan can be made in one order, one can in any other.
  if (advised.fit === null) return null
  const outcome = outcomeOf(first, advised)
  telemetry.count('model_advice', { outcome })
  return outcome === 'followed' ? advised : null
}

function outcomeOf(first: FirstPlan, advised: FirstPlan): 'agreed' | 'higher_tier' | 'runs_by_itself' | 'followed' {
  if (advised.fit === first.fit) return 'agreed'
  if (advised.draft.plan.tier > first.draft.plan.tier) return 'higher_tier'
  return advised.draft.runsByItself && !first.draft.runsByItself ? 'runs_by_itself' : 'followed'
}

/** Said only of the one that the model puts first, and marked as its words. */
function inTheModelsWords(advice: PlaybookAdvice | null, { playbook }: FittingPlaybook): readonly string[] {
  if (advice?.reason == null || advice.order?.[0] !== playbook.name) return []
  return [`The language model puts it first: ${advice.reason.text} (${advice.reason.evidence.join(', ')})`]
}

/** The plan of one playbook, if it can be made and may be proposed. */
async function tryPlan(deps: Deps, incident: Incident, fit: FittingPlaybook): Promise<PlanAnswer> {
  const { playbook, alert, suspect } = fit
  const answer = await planForIncident(deps, { incident, playbook, alert, suspect, given: {} })
  if (!answer.ok) return answer
  const { plan, isNovel } = answer.draft
  const reasons = [
    ...(await whyNotOn(deps, servicesOfPlan(deps, incident, plan), incident.environment)),
    ...whyTooWide({ isNovel, tier: plan.tier, ...plan.risk }),
  ]
  return reasons.length === 0 ? answer : { ok: false, reasons }
}

/** The steps may name other services than the one that is suspected. */
async function whyNotOn(
  deps: Deps,
  services: readonly string[],
  environment: string | null,
): Promise<readonly string[]> {
  if (modeFor(deps, services) === 'observe') return [`Countersign only observes ${services.join(' and ')}.`]
  const freeze = await findFreeze(deps, deps.stores, { services, environment })
  return freeze === undefined ? [] : [freezeText(freeze)]
}
