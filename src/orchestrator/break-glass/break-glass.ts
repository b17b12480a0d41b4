import { humanActor } from '../../domain/actor.ts'
import { oneLineText, truncateText } from '../../kernel/clean-text.ts'
import { StaleError } from '../../kernel/errors.ts'
import { auditFieldOf, momentInWords, namesInWords, reviewCommand } from './glass-words.ts'
import { describeEnding } from '../decisions/describe-ending.ts'
import { expireNow } from '../decisions/expire-now.ts'
import { getPerson } from '../proposals/known-person.ts'
import { hasStarted, lockDecisionGround } from '../decisions/decision-ground.ts'
import { loadQuorum } from '../proposals/load-quorum.ts'
import { nextApprovers } from '../proposals/next-approvers.ts'
import { proposalRecord } from '../proposals/proposal-records.ts'
import { recordRefusal, toError } from '../decisions/refusal.ts'
import { startRun } from '../proposals/start-run.ts'
import { whyNotBreakGlass } from './why-not-break-glass.ts'
import type { DecisionGround } from '../decisions/decision-ground.ts'
import type { Deps } from '../dependencies.ts'
import type { GlassBreak } from '../../domain/glass-break.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Person } from '../../domain/person.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { Refusal } from '../decisions/refusal.ts'
import type { Run } from '../../domain/run.ts'
import type { Stores } from '../../ports/stores.ts'

export interface BreakGlassInput {
  readonly proposalId: string
  /** The incident of the card that was pressed; null when typed. */
  readonly incidentId: string | null
  readonly personId: string
  /** What the person saw, or at least its first eight characters. */
  readonly planHash: string | null
  readonly reason: string
  readonly origin: Origin
}

export interface BreakGlassResult {
  readonly glass: GlassBreak
  readonly proposal: Proposal
  readonly run: Run
  /** For the asker. */
  readonly text: string
}

type Broken = { readonly refusal: Refusal } | { readonly result: BreakGlassResult }

const LONGEST_REASON = 500

/**
 * One person runs the plan they have seen without its quorum (TRUST T24), in one transaction under the proposal's row
 * lock: everything that an approval is asked is asked, except for the other people. They are told at once, everywhere,
 * and one of them reviews it: until then the incident cannot be resolved.
 */
export async function breakGlass(deps: Deps, input: BreakGlassInput): Promise<BreakGlassResult> {
  const person = getPerson(deps, input.personId)
  const broken = await deps.unitOfWork.run(async (stores): Promise<Broken> => {
    const ground = await lockDecisionGround(deps, stores, input.proposalId, person, input.origin)
    const refusal = await whyRefused(deps, stores, ground, input)
    if (refusal === undefined) return { result: await start(deps, stores, ground, input) }
    return { refusal: await recordRefusal(deps, stores, ground, 'breakglass', refusal) }
  })
  if ('refusal' in broken) throw toError(broken.refusal)
  deps.telemetry.count('decisions_recorded', { decision: 'breakglass', outcome: 'approved' })
  deps.log.warn({ proposalId: input.proposalId, personId: person.id }, 'the glass was broken')
  return broken.result
}

async function whyRefused(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  input: BreakGlassInput,
): Promise<Refusal | undefined> {
  const { proposal } = ground
  if (deps.directory.findById(input.personId) === undefined) {
    return { code: 'unknown_person', text: 'You are not in the directory any more, so this does not count.' }
  }
  if (input.incidentId !== null && input.incidentId !== proposal.incidentId) {
    const text = `${proposal.id} belongs to another incident than this card. Decide on its own card.`
    return { code: 'wrong_incident', text }
  }
  if (proposal.state !== 'pending' || proposal.closedAt !== null) {
    await stores.outbox.append([{ kind: 'card', incidentId: proposal.incidentId, priority: 'approval' }])
    return { code: 'already_decided', text: await decidedAlready(stores, ground) }
  }
  const refusal = await whyNotBreakGlass(deps, stores, ground, input)
  if (refusal !== undefined || !ground.isExpired || hasStarted(ground)) return refusal
  const expired = await expireNow(deps, stores, ground)
  const text = `${describeEnding({ ...ground, proposal: expired })} Type "breakglass ${proposal.plan.playbook.name} <reason>" to see it anew.`
  return { code: 'proposal_expired', text }
}

async function decidedAlready(stores: Stores, ground: DecisionGround): Promise<string> {
  const found = await stores.glass.find(ground.proposal.id)
  if (found === undefined) return describeEnding(ground)
  const { glass } = found
  return `${glass.personName} broke the glass for ${glass.proposalId} at ${momentInWords(glass.at)}; ${ground.run?.id ?? 'its run'} is ${ground.run?.state ?? 'queued'}.`
}

async function start(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  input: BreakGlassInput,
): Promise<BreakGlassResult> {
  const { proposal, incident, person, origin } = ground
  const { forMs, reviewMs } = deps.settings.breakGlass
  const skipped = await listSkipped(deps, stores, ground)
  const glass = await stores.glass.breakGlass({
    proposalId: proposal.id,
    incidentId: incident.id,
    personId: person.id,
    personName: person.name,
    rolesAtTime: person.roles,
    reason: truncateText(deps.redact(oneLineText(input.reason, Infinity)), LONGEST_REASON),
    planHash: proposal.planHash,
    surface: origin,
    skipped: skipped.map(({ id }) => id),
    forMs,
    reviewMs,
  })
  const approved = glass === undefined ? undefined : await stores.proposals.find(proposal.id)
  if (glass === undefined || approved === undefined) {
    throw new StaleError('proposal_moved', `${proposal.id} was decided in the meantime. Look at the card again.`)
  }
  const run = await startRun(stores, approved)
  await tell(deps, stores, { ground: { ...ground, proposal: approved }, glass, run, skipped })
  const text = `The glass is broken for ${proposal.id}: ${run.id} starts without its approvals and may start steps until ${momentInWords(glass.until)}. Told: ${namesInWords(skipped.map(({ name }) => name))}. Somebody else reviews it until ${momentInWords(glass.reviewDue)}; ${incident.id} cannot be resolved before.`
  return { glass, proposal: approved, run, text }
}

/** Who could have given a missing approval, the owning group first. */
async function listSkipped(deps: Deps, stores: Stores, ground: DecisionGround): Promise<readonly Person[]> {
  const { proposal, incident, person } = ground
  const loaded = await loadQuorum(deps, stores, proposal, incident)
  return nextApprovers(deps, proposal, incident, loaded.facts).filter(({ id }) => id !== person.id)
}

interface News {
  readonly ground: DecisionGround
  readonly glass: GlassBreak
  readonly run: Run
  readonly skipped: readonly Person[]
}

/** Loud, and in the transaction of what it tells of: the record, the thread of every card, and each one who was skipped. */
async function tell(deps: Deps, stores: Stores, { ground, glass, run, skipped }: News): Promise<void> {
  const { proposal, incident, person, origin, decisions } = ground
  const { plan, required } = proposal
  const on = plan.service === null ? '' : ` on ${plan.service}`
  const count = `${String(required.approvals)} ${required.approvals === 1 ? 'approval' : 'approvals'}`
  const what = `BREAK-GLASS: ${person.name} runs ${proposal.id} (${plan.playbook.title}${on}, tier ${String(proposal.tier)}) without its ${count}: ${glass.reason}`
  const due = `Review until ${momentInWords(glass.reviewDue)}: ${reviewCommand(incident.id)}.`
  const text = `${what}. Not waited for: ${namesInWords(skipped.map(({ name }) => name))}. ${due}`
  const record = proposalRecord(proposal, {
    actor: humanActor(person),
    origin,
    event: 'break_glass.used',
    runId: run.id,
    states: { proposal: proposal.state, run: run.state },
    details: {
      playbook: plan.playbook.name,
      tier: proposal.tier,
      until: glass.until.toISOString(),
      planHashSeen: glass.planHash,
      roles: person.roles,
      rolesFrom: 'directory',
      skipped: glass.skipped,
      approvalsRequired: required.approvals,
      approvalsGiven: decisions.filter((one) => one.decision === 'approve' && one.withdrawnAt === null).length,
    },
  })
  await stores.audit.append([deps.seal({ ...record, breakGlass: auditFieldOf(glass) })])
  await stores.timeline.append([
    { incidentId: incident.id, actor: humanActor(person), origin, event: 'break_glass.used', text },
  ])
  await stores.outbox.append([
    { kind: 'card', incidentId: incident.id, priority: 'approval' },
    { kind: 'thread', incidentId: incident.id, text, priority: 'approval' },
    ...skipped.map(({ id }) => {
      const own = `${incident.id}: ${what}. You could have approved it and were not waited for. Reject it before its first step, or stop it with "stop ${incident.id}". ${due}`
      return { kind: 'direct', incidentId: incident.id, personId: id, text: own, priority: 'approval' } as const
    }),
  ])
  await stores.jobs.enqueue('break_glass.note', { proposalId: proposal.id }, { singletonKey: proposal.id })
}
