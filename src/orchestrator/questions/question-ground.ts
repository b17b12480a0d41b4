import type { ProposalQuestion } from '../../domain/question.ts'
import type { StepApproval } from '../../domain/step-approval.ts'
import type { Stores } from '../../ports/stores.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { describeEnding } from '../decisions/describe-ending.ts'
import { hasStarted, lockDecisionGround } from '../decisions/decision-ground.ts'
import { personPrincipal } from '../authorization-subjects.ts'
import { proposalResource } from '../../executor/proposal-resource.ts'
import { whoMay } from '../who-may.ts'
import type { DecisionGround } from '../decisions/decision-ground.ts'
import type { Deps } from '../dependencies.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Person } from '../../domain/person.ts'
import type { Refusal } from '../decisions/refusal.ts'

/** What is asked or answered about, read under the proposal's row lock. */
export interface QuestionGround extends DecisionGround {
  /** The nested approval that waits; null where the plan itself does, or nothing. */
  readonly step: StepApproval | null
  readonly isWaiting: boolean
  readonly questions: readonly ProposalQuestion[]
}

export interface QuestionInput {
  readonly proposalId: string
  /** The incident of the card that was pressed; a proposal of another one is refused. */
  readonly incidentId: string
  readonly person: Person
  readonly text: string
  readonly origin: Origin
}

export async function lockQuestionGround(deps: Deps, stores: Stores, input: QuestionInput): Promise<QuestionGround> {
  const ground = await lockDecisionGround(deps, stores, input.proposalId, input.person, input.origin)
  const [step, questions] = await Promise.all([
    findWaitingStep(stores, ground),
    stores.questions.list(ground.proposal.id),
  ])
  const planWaits = ground.proposal.state === 'pending' && ground.proposal.closedAt === null && !ground.isExpired
  return { ...ground, step, questions, isWaiting: planWaits || step !== null }
}

async function findWaitingStep(stores: Stores, ground: DecisionGround): Promise<StepApproval | null> {
  const { run } = ground
  if (run === undefined || !hasStarted(ground)) return null
  const pending = (await stores.stepApprovals.list(run.id)).find(({ state }) => state === 'pending')
  if (pending === undefined) return null
  const found = await stores.stepApprovals.find(run.id, pending.stepId)
  return found !== undefined && found.leftMs > 0 ? found.approval : null
}

/** Why nothing is asked or answered here; undefined when it may be. It moves nothing, not even what has expired. */
export function whyNotAsk(
  deps: Deps,
  ground: QuestionGround,
  action: 'question' | 'answer',
  { incidentId, person }: QuestionInput,
): Refusal | undefined {
  const { proposal } = ground
  if (deps.directory.findById(person.id) === undefined) {
    return { code: 'unknown_person', text: 'You are not in the directory any more, so this is not kept.' }
  }
  if (incidentId !== proposal.incidentId) {
    const text = `${proposal.id} belongs to another incident than this card. Ask on its own card.`
    return { code: 'wrong_incident', text }
  }
  const unwelcome = whyNotByPolicy(deps, ground, action)
  if (unwelcome !== undefined) return unwelcome
  return ground.isWaiting ? undefined : { code: 'not_waiting', text: `${endingOf(ground)} ${NOTHING_WAITS}` }
}

const NOTHING_WAITS = 'Questions and answers are kept while it waits for approval.'

function endingOf(ground: QuestionGround): string {
  const { proposal } = ground
  if (proposal.state !== 'pending') return describeEnding(ground)
  return `${proposal.id} expired at ${proposal.expiresAt.toISOString().replace('T', ' ').slice(0, 16)} UTC.`
}

function whyNotByPolicy(deps: Deps, ground: QuestionGround, action: 'question' | 'answer'): Refusal | undefined {
  const { person, step, origin } = ground
  const proposal = step === null ? ground.proposal : asProposalOfStep(ground.proposal, step)
  const question = {
    action,
    resource: proposalResource(deps.catalog, proposal),
    context: { surface: origin, mode: deps.settings.mode },
  }
  const verdict = deps.authorize({ ...question, principal: personPrincipal(person) })
  if (verdict.verdict === 'allow') return undefined
  const others = whoMay(deps, question)
  const did = action === 'question' ? 'ask about' : 'answer questions about'
  const why = verdict.reasons.map((reason) => reason.text.replace(/[.\s]+$/, '')).join('; ') || 'no policy allows it'
  const next = others === '' ? '' : ` Ask ${others}, who may.`
  return { code: 'not_allowed', text: `${person.name} may not ${did} ${proposal.id}: ${why}.${next}` }
}
