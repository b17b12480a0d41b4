import { COUNTERSIGN } from '../domain/actor.ts'
import type { ProposalState } from '../domain/approval.ts'
import type { Attempt, Run, RunState } from '../domain/run.ts'
import { findService } from '../domain/service-catalog.ts'
import { stricterMode } from '../domain/mode.ts'
import type { Plan } from '../domain/plan.ts'
import type { Stores } from '../ports/stores.ts'
import type { AuditOutcome } from '../domain/audit-entry.ts'
import type { RunEnd } from './executor-deps.ts'
import { followUpsOf } from './follow-ups.ts'
import type { RunSession } from './run-session.ts'
import type { Progress } from './run-session.ts'
import { canBeUndone } from './steps-of-run.ts'
import { recordOf, tell } from './tell.ts'

type EndState = Extract<RunState, 'succeeded' | 'failed' | 'undone' | 'stopped'>

export interface Ending {
  readonly state: EndState
  /** Why, as a clause; empty when there is nothing to add. */
  readonly reason: string
  readonly reasonCode: string
  readonly proposal?: ProposalState | null
  readonly asksAgain?: boolean
}

/**
 * The end of a run, all in one transaction: its state (which gives back lease and targets and closes the proposal),
 * audit leaf, timeline, card, what the playbook's record learns, what is left to do by hand, and the next proposal or
 * the undo that the playbook asks for.
 */
export async function endRun(session: RunSession, progress: Progress, ending: Ending): Promise<RunEnd> {
  const { deps, held } = session
  const { run, proposal, plan } = progress
  await deps.debugPoint?.('before-end', { runId: run.id, stepId: '', effect: '' })
  const undoesItself = shouldUndoItself(session, progress, ending)
  const text = sentenceOf(progress, ending, undoesItself)
  await deps.unitOfWork.run(async (stores) => {
    const moved =
      ending.proposal != null && run.startedAt === null
        ? await stores.proposals.move(proposal.id, ['pending', 'approved'], ending.proposal, ending.reason)
        : undefined
    await stores.leasedRuns.move(held.lease, ['queued', 'running', 'waiting', 'unknown'], ending.state, text)
    const record = recordOf(progress, `run.${ending.state}`, outcomeOf(ending.state), {
      reason: ending.reason,
      direction: run.direction,
      tier: plan.tier,
    })
    const states = { run: ending.state, ...(moved === undefined ? {} : { proposal: moved.state }) }
    await stores.audit.append([deps.seal({ ...record, reasonCode: ending.reasonCode, states })])
    await keepRecord(session, stores, progress, ending.state)
    await keepFollowUps(session, stores, run, plan, progress.attempts)
    if (undoesItself) {
      await stores.runControl.startUndo(run.id, null)
      const undoing = recordOf(progress, 'run.undo_requested', 'success', { by: 'playbook' })
      await stores.audit.append([deps.seal({ ...undoing, states: { run: 'running' } })])
      await stores.jobs.enqueue('run.advance', { runId: run.id }, { singletonKey: run.id })
    }
    if (ending.asksAgain === true) {
      const data = { incidentId: run.incidentId }
      await stores.jobs.enqueue('incident.propose', data, { singletonKey: run.incidentId })
    }
    await tell(session, stores, `run.${ending.state}`, text, 'result')
  })
  deps.telemetry.count('runs_ended', { state: ending.state, direction: run.direction })
  deps.log.info({ runId: run.id, state: ending.state, reason: ending.reasonCode }, 'a run has ended')
  return { kind: 'ended' }
}

function outcomeOf(state: EndState): AuditOutcome {
  return state === 'succeeded' || state === 'undone' ? 'success' : 'failure'
}

const WORDS: Readonly<Record<EndState, string>> = {
  succeeded: 'has succeeded',
  failed: 'has failed',
  undone: 'is undone',
  stopped: 'stops',
}

function sentenceOf({ run, plan, attempts }: Progress, ending: Ending, undoesItself: boolean): string {
  const why = ending.reason === '' ? '' : `: ${ending.reason.replace(/[.\s]+$/, '')}`
  const next = nextSentence(run, plan, attempts, ending, undoesItself)
  return `${run.id} (${plan.playbook.title}) ${WORDS[ending.state]}${why}.${next}`
}

function nextSentence(
  run: Run,
  plan: Plan,
  attempts: readonly Attempt[],
  ending: Ending,
  undoesItself: boolean,
): string {
  if (ending.state === 'succeeded' || ending.state === 'undone') return ''
  if (undoesItself) return ' What was done is undone now.'
  if (run.direction === 'undo') return nextOfUndo(ending)
  const asking = ending.asksAgain === true ? ' The facts are looked at again.' : ''
  if (run.startedAt === null) return ` Nothing was sent.${asking}`
  return canBeUndone(plan, attempts) ? ' An approver may press Undo.' : ''
}

function nextOfUndo({ state }: Ending): string {
  const again = state === 'stopped' ? ' An approver may press Undo again.' : ''
  return `${again} What is not undone yet is left to a person.`
}

function shouldUndoItself({ deps }: RunSession, { run, plan, attempts }: Progress, ending: Ending): boolean {
  const mode = stricterMode(deps.settings.mode, findService(deps.catalog, plan.service)?.mode ?? deps.settings.mode)
  return (
    ending.state === 'failed' &&
    run.direction === 'forward' &&
    plan.onFailure === 'undo' &&
    mode === 'act' &&
    canBeUndone(plan, attempts)
  )
}

/** A run that was stopped says nothing about its playbook. */
async function keepRecord(
  { deps }: RunSession,
  stores: Stores,
  { run, plan }: Progress,
  state: EndState,
): Promise<void> {
  if (run.direction === 'undo' || (state !== 'succeeded' && state !== 'failed')) return
  const service = findService(deps.catalog, plan.service)
  await stores.playbookRecords.append({
    playbook: plan.playbook.name,
    service: plan.service,
    owner: service?.owner ?? null,
    criticality: service?.criticality ?? null,
    outcome: state,
    runId: run.id,
  })
}

/** What is left is on record as long as it is open; what an undo took back is not left any more. */
async function keepFollowUps(
  { deps }: RunSession,
  stores: Stores,
  run: Run,
  plan: Plan,
  attempts: readonly Attempt[],
): Promise<void> {
  for (const { stepId, app, kind, badRevision } of followUpsOf(plan, attempts)) {
    if (kind !== null) {
      const about = { incidentId: run.incidentId, runId: run.id, stepId }
      await stores.followUps.open({ ...about, kind, app, service: plan.service, badRevision })
      continue
    }
    const known = (await stores.followUps.list(run.incidentId)).find(
      (one) => one.runId === run.id && one.stepId === stepId,
    )
    if (known?.state !== 'open') continue
    await stores.followUps.close(known.id, 'done', `${run.id} was undone, and nothing is left to revert.`, null)
    const details = { followUp: known.id, kind: known.kind, app, state: 'done' }
    const record = {
      actor: COUNTERSIGN,
      origin: 'clock',
      outcome: 'success',
      incidentId: run.incidentId,
      target: { system: 'argocd', resource: app, environment: plan.environment, service: plan.service },
      details,
    } as const
    await stores.audit.append([deps.seal({ ...record, event: 'follow_up.done', runId: run.id })])
  }
}
