import { Client } from 'pg'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Run } from '../../../src/domain/run.ts'
import { acknowledgeIncident } from '../../../src/orchestrator/acknowledge-incident.ts'
import { addNote } from '../../../src/orchestrator/add-note.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { assignRole } from '../../../src/orchestrator/assign-role.ts'
import { breakGlass } from '../../../src/orchestrator/break-glass/break-glass.ts'
import { noteBreakGlass } from '../../../src/orchestrator/break-glass/note-break-glass.ts'
import { remindReviewers } from '../../../src/orchestrator/break-glass/remind-reviewers.ts'
import { reviewBreakGlass } from '../../../src/orchestrator/break-glass/review-break-glass.ts'
import { cancelProposal } from '../../../src/orchestrator/cancel-proposal.ts'
import { captureMessage } from '../../../src/orchestrator/capture-message.ts'
import { closeFollowUp } from '../../../src/orchestrator/close-follow-up.ts'
import { declareIncident } from '../../../src/orchestrator/declare-incident.ts'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { followMessage } from '../../../src/orchestrator/follow-message.ts'
import { handOverFollowUp } from '../../../src/orchestrator/hand-over-follow-up.ts'
import { ingestChange } from '../../../src/orchestrator/ingest-change.ts'
import { keepInstallations } from '../../../src/orchestrator/keep-installations.ts'
import { lookOut } from '../../../src/orchestrator/lookout/look-out.ts'
import { mitigateIncident } from '../../../src/orchestrator/mitigate-incident.ts'
import { recordByHand } from '../../../src/orchestrator/record-by-hand.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { closeRefusalMinutes, recordRefusal } from '../../../src/orchestrator/record-refusal.ts'
import { recordSurfaceState } from '../../../src/orchestrator/outbox/record-surface-state.ts'
import { remindFollowUps } from '../../../src/orchestrator/remind-follow-ups.ts'
import { reopenIncident } from '../../../src/orchestrator/reopen-incident.ts'
import { sendAgain } from '../../../src/orchestrator/send-again.ts'
import { setSeverity } from '../../../src/orchestrator/set-severity.ts'
import { tryJobsAgain } from '../../../src/orchestrator/try-jobs-again.ts'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import { ANA, BEN, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import { approveThroughProduct, proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { askedOf, look } from '../executor/nested-world.ts'
import { advance } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

const BY_ANA = { person: ANA, origin: 'console' } as const
const sync = (resource: string): StepSpec => ({ id: 'move', uses: 'argocd/sync', resource, undoTo: 'r0' })
const IDLE = new AbortController().signal

/** What a whole story leaves out: each kind of entry once, by the intent that writes it. */
export async function playFurther(world: World, replica: Replica): Promise<void> {
  const owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  try {
    const incidentId = await playIncident(replica.deps)
    await playMessages(replica.deps, incidentId)
    await playFollowUps(replica.deps, owner, incidentId)
    await playEndings(replica.deps, owner)
    await playNestedEndings(replica, owner)
    await playRuns(world, replica)
    await playTroubles(replica, owner)
    await playBrokenGlass(replica.deps)
    await playOperations(replica.deps, owner)
  } finally {
    await owner.end()
  }
}

async function playIncident(deps: Deps): Promise<string> {
  const { id: incidentId } = await declareIncident(deps, {
    ...{ title: 'Slow', service: SERVICE, environment: 'production', severity: 'SEV2' },
    ...BY_ANA,
  })
  const intent = { incidentId, ...BY_ANA }
  await acknowledgeIncident(deps, intent)
  await assignRole(deps, { ...intent, role: 'commander', assignee: BEN })
  await setSeverity(deps, { ...intent, severity: 'SEV1' })
  await addNote(deps, { ...intent, text: 'looked' })
  await mitigateIncident(deps, intent)
  await reopenIncident(deps, intent)
  await recordByHand(deps, { incidentId, personId: ANA.id, text: 'restarted it', origin: 'console' })
  const at = new Date()
  await ingestChange(deps, {
    ...{ source: 'changes', key: 'further', body: Buffer.from('{}'), rejected: [] },
    changes: [
      {
        ...{ source: 'changes', sourceId: 'c-1', kind: 'deploy', service: SERVICE, environment: 'production', at },
        ...{ finishedAt: null, revision: 'r2', previous: null, actor: 'ci', url: null, summary: null, outcome: null },
      },
    ],
  })
  return incidentId
}

async function playMessages(deps: Deps, incidentId: string): Promise<void> {
  const author = { surface: 'slack', tenant: 'T1', user: 'U1', displayName: 'Ana' } as const
  const place = (message: string) => ({ surface: 'slack', channel: 'C1', message }) as const
  for (const message of ['1.1', '1.2', '1.3']) {
    const words = { text: 'it is the cache', author, thread: null }
    await captureMessage(deps, { incidentId, ...BY_ANA, origin: 'slack', place: place(message), words })
  }
  await captureMessage(deps, { incidentId, ...BY_ANA, origin: 'slack', place: place('1.4'), words: null })
  const found = { text: 'it is the disk', author, thread: null }
  await captureMessage(deps, { incidentId, ...BY_ANA, origin: 'slack', place: place('1.4'), words: found })
  const knowing: Deps = { ...deps, directory: { ...deps.directory, findByAccount: () => ANA } }
  await followMessage(knowing, { kind: 'edited', place: place('1.1'), text: 'it was the cache', by: author })
  await followMessage(knowing, { kind: 'deleted', place: place('1.2') })
  await followMessage(knowing, { kind: 'unpinned', place: place('1.3'), by: author })
}

async function playFollowUps(deps: Deps, owner: Client, incidentId: string): Promise<void> {
  const { run } = await approveRun(deps.unitOfWork, [sync('left')])
  for (const stepId of ['one', 'two']) {
    await deps.stores.followUps.open({
      ...{ incidentId, runId: run.id, stepId, kind: 'revert', app: 'shop', service: SERVICE, badRevision: 'r2' },
    })
  }
  await owner.query(`UPDATE follow_ups SET remind_at = clock_timestamp() - interval '1 hour'`)
  await remindFollowUps(deps)
  const [one, two] = await deps.stores.followUps.list(incidentId)
  await handOverFollowUp(deps, { incidentId, ...BY_ANA, followUpId: one!.id, text: 'Ben sees to it' })
  await closeFollowUp(deps, two!, {
    to: 'done',
    finding: 'Git has it.',
    actor: COUNTERSIGN,
    personId: null,
    origin: 'clock',
  })
}

async function playEndings(deps: Deps, owner: Client): Promise<void> {
  const cancelled = await proposeThroughProduct(deps, [sync('cancelled')])
  await cancelProposal(deps, { proposalId: cancelled.id, personId: ANA.id, reason: 'not needed', origin: 'console' })
  const expired = await proposeThroughProduct(deps, [sync('expired')])
  await owner.query(`UPDATE proposals SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`, [
    expired.id,
  ])
  await expireProposals(deps)
}

/** A plan whose first step asks: rejected, and past its time. */
async function playNestedEndings(replica: Replica, owner: Client): Promise<void> {
  const { deps } = replica
  const ask = async (): Promise<{ readonly proposal: Proposal; readonly run: Run }> => {
    const made = await approveThroughProduct(deps, [
      { id: 'confirm', uses: 'approval', with: { tier: 2, title: 'It looks well' } },
      sync('behind'),
    ])
    await look(replica, made.run.id)
    return made
  }
  const rejected = await ask()
  await recordDecision(deps, {
    ...{ proposalId: rejected.proposal.id, incidentId: rejected.proposal.incidentId, personId: BEN.id },
    ...{ decision: 'reject', planHash: (await askedOf(replica, rejected.run.id)).hash, reason: 'it does not' },
    origin: 'slack',
  })
  await look(replica, rejected.run.id)
  const late = await ask()
  await owner.query(
    `UPDATE step_approvals SET expires_at = clock_timestamp() - interval '1 second' WHERE run_id = $1`,
    [late.run.id],
  )
  const press = { proposalId: late.proposal.id, incidentId: late.proposal.incidentId, personId: BEN.id } as const
  const planHash = (await askedOf(replica, late.run.id)).hash
  await recordDecision(deps, { ...press, decision: 'approve', planHash, reason: null, origin: 'slack' }).catch(
    () => null,
  )
  await look(replica, late.run.id)
}

async function playRuns(world: World, replica: Replica): Promise<void> {
  const { deps } = replica
  world.target.checks.set('unwell', 'fails')
  const failing = await approveThroughProduct(deps, [
    sync('undone'),
    { id: 'healthy', uses: 'prometheus/assert', resource: 'unwell' },
  ])
  await advance(replica, failing.run.id)
  await undoRun(deps, { runId: failing.run.id, ...BY_ANA })
  await advance(replica, failing.run.id)
  const slow = await approveThroughProduct(deps, [{ ...sync('slow'), with: { slow: true } }])
  await advance(replica, slow.run.id)
  world.target.misbehave({ kind: 'drop', times: 1 })
  const lost = await approveThroughProduct(deps, [sync('dropped')])
  await advance(replica, lost.run.id)
}

/** A log that is behind between two steps, and a run that takes its replicas down with it. */
async function playTroubles(replica: Replica, owner: Client): Promise<void> {
  const { deps } = replica
  const { run } = await approveRun(deps.unitOfWork, [sync('first'), { ...sync('second'), id: 'second' }], {
    ...{ plan: { tier: 3 }, approvers: [ANA, BEN] },
  })
  const delays = [0, 1e9]
  const limited = { ...deps, settings: { ...deps.settings, logDelayMs: 900_000 } }
  const behind = { ...limited, logDelay: async () => ({ lagSeconds: delays.shift() ?? 0, uncoveredSeconds: 0 }) }
  await advanceRun(behind, { runId: run.id }, IDLE)
  await look(replica, run.id)
  await advance(replica, run.id)
  const poison = await approveRun(deps.unitOfWork, [sync('poison')])
  await owner.query('UPDATE runs SET crashes = 3 WHERE id = $1', [poison.run.id])
  await advanceRun(deps, { runId: poison.run.id }, IDLE)
  const quiet = { ...deps, listDeadJobs: () => Promise.resolve([]) }
  await lookOut({ ...quiet, logDelay: () => Promise.resolve({ lagSeconds: 1e6, uncoveredSeconds: 0 }) })
  await owner.query(`UPDATE runs SET state = 'stopped' WHERE id = $1`, [poison.run.id])
  await lookOut({ ...quiet, logDelay: () => Promise.resolve({ lagSeconds: 0, uncoveredSeconds: 0 }) })
}

async function playBrokenGlass(given: Deps): Promise<void> {
  const breakGlassOf = { ...given.settings.breakGlass, reviewMs: -1_000 }
  const deps = { ...given, settings: { ...given.settings, breakGlass: breakGlassOf } }
  const { id: proposalId, incidentId, planHash } = await proposeThroughProduct(deps, [sync('overdue')])
  await breakGlass(deps, {
    ...{ proposalId, incidentId: null, personId: ANA.id, planHash, origin: 'console' },
    reason: 'checkout is down and nobody answers',
  })
  // The counting target knows no note without a resource.
  const actions: ActionRunner = {
    ...deps.actions,
    reconcile: () => Promise.resolve({ found: 'not_executed', detail: 'there is none' }),
    perform: () => Promise.resolve({ outcome: 'done', detail: 'It is there.', output: {}, after: null }),
  }
  await noteBreakGlass({ ...deps, actions }, { proposalId }, IDLE)
  await remindReviewers(deps)
  await reviewBreakGlass(deps, {
    ...{ incidentId, proposalId, person: BEN, origin: 'console', verdict: 'justified', text: 'It was right.' },
  })
}

async function playOperations(deps: Deps, owner: Client): Promise<void> {
  const refusal = { source: 'github', reason: 'wrong_signature', origin: 'webhook' } as const
  for (const count of [1, 41]) await recordRefusal(deps, { ...refusal, count })
  await owner.query(`UPDATE refusal_counts SET minute = minute - interval '2 minutes'`)
  await closeRefusalMinutes(deps)
  await keepInstallations(deps).save({
    ...{ id: 'T1', isOrganisation: false, name: null, appId: null, botUserId: null, sealed: new Uint8Array([1]) },
    ...{ keyId: 'k1', installedBy: 'U1' },
  })
  const news = { forMs: 60_000, detail: 'it does not answer' }
  await recordSurfaceState(deps, 'slack', { ...news, isReachable: false })
  await recordSurfaceState(deps, 'slack', { isReachable: true, forMs: 0, detail: null })
  await owner.query(`UPDATE outbox_messages SET state = 'dead', last_error = 'no' WHERE state = 'waiting'`)
  await sendAgain(deps, { ids: 'all', origin: 'cli' })
  const job = { id: 'job-1', queue: 'incident.refresh', data: {}, failure: 'no', since: new Date() } as const
  await tryJobsAgain(deps, {
    ...{ ids: ['job-1'], origin: 'cli', listDead: async () => [job], retryDead: async () => [job] },
  })
}
