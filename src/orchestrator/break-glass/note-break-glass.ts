import { COUNTERSIGN } from '../../domain/actor.ts'
import { auditFieldOf, momentInWords } from './glass-words.ts'
import { proposalRecord } from '../proposals/proposal-records.ts'
import type { ActionInput, ActionResult } from '../../domain/action.ts'
import type { Attempt } from '../../domain/run.ts'
import type { AuditOutcome } from '../../domain/audit-entry.ts'
import type { Deps } from '../dependencies.ts'
import type { EffectContext } from '../../ports/action-runner.ts'
import type { GlassBreak } from '../../domain/glass-break.ts'
import type { Proposal } from '../../domain/approval.ts'

const LONGEST_MS = 30_000

/**
 * Job `break_glass.note`: the linked PagerDuty incident carries a note of it, once. The note's key finds one whose answer
 * got lost, so a second job or a restart looks before it writes. Throws when it is not known, and the job comes again.
 */
export async function noteBreakGlass(
  deps: Deps,
  { proposalId }: { readonly proposalId: string },
  drain: AbortSignal,
): Promise<void> {
  if (!deps.actions.available.includes('pagerduty/note')) return
  const [found, proposal] = await Promise.all([
    deps.stores.glass.find(proposalId),
    deps.stores.proposals.find(proposalId),
  ])
  if (found === undefined || proposal === undefined) return
  const { glass } = found
  await record(deps, proposal, glass, 'break_glass.note_intended', 'success', 'A note for PagerDuty.')
  const result = await writeOnce(deps, glass, proposal, drain)
  const isOpen = result.outcome === 'unknown' || result.outcome === 'pending'
  await record(deps, proposal, glass, 'break_glass.noted', outcomeOf(result), result.detail)
  if (isOpen || (result.outcome === 'not_executed' && result.retryAfterMs !== null)) {
    throw new Error(`PagerDuty has no note of the break-glass of ${proposalId} yet: ${result.detail}`)
  }
}

function outcomeOf({ outcome }: ActionResult): AuditOutcome {
  if (outcome === 'done') return 'success'
  return outcome === 'failed' || outcome === 'not_executed' ? 'failure' : 'unknown'
}

async function writeOnce(deps: Deps, glass: GlassBreak, proposal: Proposal, drain: AbortSignal): Promise<ActionResult> {
  const { proposalId, incidentId, personId } = glass
  const context: EffectContext = {
    ...{ effect: 'note', idempotencyKey: `${proposalId}:break-glass:note`, incidentId, runId: proposalId },
    ...{ stepId: 'break-glass', requestedBy: personId, approvedBy: [personId] },
    signal: AbortSignal.any([drain, AbortSignal.timeout(LONGEST_MS)]),
  }
  const input: ActionInput = { uses: 'pagerduty/note', with: { text: textOf(glass, proposal) } }
  const earlier = await deps.actions.reconcile(input, attemptOf(glass, context), context)
  if (earlier.found === 'executed') return earlier.result
  if (earlier.found === 'unknown') return { outcome: 'unknown', detail: earlier.detail }
  return deps.actions.perform(input, null, context)
}

function textOf({ personName, reason, reviewDue }: GlassBreak, { id, plan }: Proposal): string {
  return `BREAK-GLASS: ${personName} runs ${id} (${plan.playbook.title}) without its approvals: ${reason}. Review until ${momentInWords(reviewDue)}.`
}

/** What is looked for: a note with this key, written any time since the glass was broken. */
function attemptOf({ at }: GlassBreak, { idempotencyKey, runId, stepId, effect }: EffectContext): Attempt {
  return {
    ...{ id: '0', runId, stepId, stepIndex: 0, direction: 'forward', effect, number: 1, uses: 'pagerduty/note' },
    ...{ crashClass: 'queryable', state: 'unknown', idempotencyKey, fence: 0, requestHash: '' },
    ...{ before: null, after: null, handle: null, output: null, detail: null },
    ...{ intendedAt: at, sentAt: at, finishedAt: null },
  }
}

async function record(
  deps: Deps,
  proposal: Proposal,
  glass: GlassBreak,
  event: string,
  outcome: AuditOutcome,
  detail: string,
): Promise<void> {
  const own = proposalRecord(proposal, { actor: COUNTERSIGN, origin: 'clock', event, outcome, details: { detail } })
  const target = { system: 'pagerduty', resource: 'the linked incident', environment: proposal.plan.environment }
  await deps.stores.audit.append([deps.seal({ ...own, target, breakGlass: auditFieldOf(glass) })])
}
