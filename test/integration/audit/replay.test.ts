import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { QueryResultRow } from 'pg'
import { compareReplay } from '../../../src/audit/compare-replay.ts'
import { replayEntries } from '../../../src/audit/replay-entries.ts'
import type { ReplayedState } from '../../../src/audit/replay-entries.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { answerQuestion } from '../../../src/orchestrator/questions/answer-question.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import { stopRun } from '../../../src/orchestrator/stop-run.ts'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { ANA, BEN, RIA } from '../../fakes/counting-target/approved-run.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import { approveThroughProduct, proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { readEntries } from '../../support/replay/read-entries.ts'
import { readTables } from '../../support/replay/read-tables.ts'
import type { RowSource } from '../../support/replay/row-source.ts'
import { look } from '../executor/nested-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, find, openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

let world: World
let entries: readonly JsonObject[]
let tables: ReplayedState
beforeAll(async () => {
  world = await openWorld()
  await playStories(
    await world.replica({ settings: { inflightWindowMs: 50, fatigue: { decisions: 1_000, perMs: 1 } } }),
  )
  ;[entries, tables] = await readBoth()
})
afterAll(() => world.close())

const BY_ANA = { person: ANA, origin: 'console' } as const

describe('the audit log alone', () => {
  it('leads to the very states that the database has', () => {
    const replayed = replayEntries(entries)

    expect(compareReplay(replayed, tables)).toEqual([])
    const states = (things: ReadonlyMap<string, string>) =>
      new Set([...things.values()].map((line) => line.split(';')[0]))
    expect(states(tables.proposals)).toEqual(new Set(['pending', 'approved', 'rejected', 'drifted', 'cancelled']))
    expect(states(tables.runs)).toEqual(
      new Set(['queued', 'succeeded', 'failed', 'stopped', 'undone', 'unknown', 'waiting']),
    )
    expect(states(tables.attempts)).toEqual(new Set(['done', 'failed', 'unknown', 'intended']))
    expect(states(tables.steps)).toEqual(new Set(['pending', 'approved', 'rejected', 'expired', 'cancelled']))
    expect(tables.decisions.size).toBeGreaterThan(10)
    expect([...tables.questions.values()].map((line) => line.split('\n').length).sort()).toEqual([1, 1, 2])
    expect([...tables.questions.values()].filter((line) => / about RUN-\d+\/gate: /.test(line))).toHaveLength(1)
  })

  it('holds for every effect that the target saw: who approved it, its intent, and what came of it', () => {
    const said = (event: RegExp, key: string) =>
      entries.filter((entry) => {
        const { idempotencyKey } = (entry['execution'] ?? {}) as JsonObject
        return event.test(entry['event'] as string) && idempotencyKey === key
      })
    expect(world.target.effects.length).toBeGreaterThan(8)
    for (const { key } of world.target.effects) {
      const [intent] = said(/^step\.intended$/, key)
      expect((intent?.['details'] as JsonObject)['approvedBy']).toEqual([expect.any(String)])
      expect(said(/^step\.(succeeded|failed|unknown|settled|handed_over)$/, key)).not.toEqual([])
    }
  })

  it.each([
    'proposal.made',
    'proposal.approved',
    'proposal.rejected',
    'decision.recorded',
    'decision.withdrawn',
    'question.asked',
    'question.answered',
    'approval.asked',
    'approval.rejected',
    'run.started',
    'run.succeeded',
    'run.failed',
    'run.stopped',
    'run.undo_requested',
    'run.undone',
    'step.intended',
    'step.sent',
    'step.succeeded',
    'step.failed',
    'step.accepted',
    'step.unknown',
    'step.reconciled',
    'step.settled',
  ])('does not lead there without its %s entries (the twin)', (event) => {
    const without = entries.filter((entry) => entry['event'] !== event)

    expect(without.length).toBeLessThan(entries.length)
    expect(compareReplay(replayEntries(without), tables)).not.toEqual([])
  })

  it('shows a row that was changed behind its back (the twin)', async () => {
    const client = await connect()
    try {
      await client.query(
        `UPDATE runs SET state = 'succeeded' WHERE id = (SELECT id FROM runs WHERE state = 'failed' LIMIT 1)`,
      )
      const differences = compareReplay(replayEntries(entries), await readTables(asSource(client)))
      expect(differences).toEqual([
        expect.stringMatching(/^runs RUN-\d+: the log says failed; .* the table succeeded; /),
      ])
    } finally {
      await client.end()
    }
  })
})

/** Every way a proposal, a decision, a run and an attempt can go. */
async function playStories(replica: Replica): Promise<void> {
  const { deps } = replica
  await advance(replica, (await approve(replica, 'plain', ['argocd/sync', 'prometheus/assert'])).id)
  await advance(replica, (await approve(replica, 'slow', ['argocd/sync'], { slow: true })).id)
  await lostAnswers(replica)
  await settlements(replica)
  await endings(replica)

  const withdrawn = await approveThroughProduct(deps, [step('argocd/sync', 'withdrawn')])
  await withdrawDecision(deps, { proposalId: withdrawn.proposal.id, personId: ANA.id, origin: 'slack' })
  const again = await approveThroughProduct(deps, [step('argocd/sync', 'again')])
  await withdrawDecision(deps, { proposalId: again.proposal.id, personId: ANA.id, origin: 'slack' })
  await decide(replica, again.proposal, 'approve')
  await advance(replica, again.run.id)
  await gates(replica)
  await questions(replica, await proposeThroughProduct(deps, [step('argocd/sync', 'pending')]))
  await decide(replica, await proposeThroughProduct(deps, [step('argocd/sync', 'rejected')]), 'reject')
  const late = await approveThroughProduct(deps, [step('argocd/sync', 'rejected late')])
  await decide(replica, late.proposal, 'reject')
  await advance(replica, late.run.id)
  await recordDecision(deps, { ...decisionOn(late.proposal), personId: RIA.id, decision: 'approve' }).catch(
    () => undefined,
  )
}

/** A run that waits for the nested approval between its beginning and its step. */
async function atTheGate(
  replica: Replica,
  resource: string,
): Promise<{ readonly proposal: Proposal; readonly run: Run }> {
  const gate: StepSpec = { id: 'gate', uses: 'approval', with: { tier: 2, title: 'It looks well' } }
  const made = await approveThroughProduct(replica.deps, [gate, step('argocd/sync', resource)], BEN)
  await lookUntil(replica, made.run, 'waiting')
  return made
}

async function lookUntil(replica: Replica, { id }: Run, state: Run['state']): Promise<void> {
  await waitUntil(`the run is ${state}`, async () => {
    await look(replica, id)
    return (await find(replica, id)).state === state
  })
}

/** Every ending of a nested approval, and an approval of it that is taken back. */
async function gates(replica: Replica): Promise<void> {
  const { deps } = replica
  const press = async (
    { proposal, run }: { readonly proposal: Proposal; readonly run: Run },
    decision: 'approve' | 'reject',
  ) => {
    const [asked] = await deps.stores.stepApprovals.list(run.id)
    const planHash = asked?.hash ?? ''
    await recordDecision(deps, { ...decisionOn(proposal), planHash, personId: ANA.id, decision })
  }
  const approved = await atTheGate(replica, 'let through')
  await press(approved, 'approve')
  await lookUntil(replica, approved.run, 'succeeded')
  const rejected = await atTheGate(replica, 'not let through')
  await press(rejected, 'reject')
  await lookUntil(replica, rejected.run, 'stopped')
  const expired = await atTheGate(replica, 'let through by nobody')
  const client = await connect()
  await client.query('UPDATE step_approvals SET expires_at = clock_timestamp() WHERE run_id = $1', [expired.run.id])
  await client.end()
  await lookUntil(replica, expired.run, 'stopped')
  const cancelled = await atTheGate(replica, 'stopped at the gate')
  await stopRun(deps, { runId: cancelled.run.id, reason: 'enough', ...BY_ANA })
  await lookUntil(replica, cancelled.run, 'stopped')
}

/** About a plan that waits and one that is decided afterwards, and about the step of a run that waits. */
async function questions(replica: Replica, waiting: Proposal): Promise<void> {
  const { deps } = replica
  const about = { proposalId: waiting.id, incidentId: waiting.incidentId }
  await askQuestion(deps, { ...about, person: ANA, text: 'Does “cart” need it?\nAnd why now?', origin: 'slack' })
  await answerQuestion(deps, { ...about, person: BEN, text: 'No: \u202E = `2`', number: 1, origin: 'teams' })
  await answerQuestion(deps, { ...about, person: ANA, text: 'Or does it', number: 1, origin: 'console' })

  const { proposal } = await atTheGate(replica, 'asked about')
  const ofStep = { proposalId: proposal.id, incidentId: proposal.incidentId }
  await askQuestion(deps, { ...ofStep, person: BEN, text: 'AKIAIOSFODNN7EXAMPLE is the key?', origin: 'api' })
}

async function lostAnswers(replica: Replica): Promise<void> {
  for (const uses of ['argocd/sync', 'pagerduty/note'] as const) {
    world.target.misbehave({ kind: 'effect-then-502', times: 1 })
    await advance(replica, (await approve(replica, `lost ${uses}`, [uses])).id)
  }
  world.target.misbehave({ kind: 'drop', times: 1 })
  await advance(replica, (await approve(replica, 'never came', ['argocd/sync'])).id)
}

async function settlements(replica: Replica): Promise<void> {
  for (const choice of ['done', 'abort', 'retry', null] as const) {
    world.target.misbehave({ kind: 'effect-then-drop', times: 1 })
    const run = await approve(replica, `settled ${String(choice)}`, ['lambda/invoke'])
    await advance(replica, run.id)
    if (choice === null) continue
    await settleStep(replica.deps, { runId: run.id, stepId: null, choice, reason: 'looked', ...BY_ANA })
    await advance(replica, run.id)
  }
}

async function endings(replica: Replica): Promise<void> {
  const { deps } = replica
  const stopped = await approve(replica, 'stopped', ['argocd/sync'])
  await stopRun(deps, { runId: stopped.id, reason: 'enough', ...BY_ANA })
  await advance(replica, stopped.id)

  const drifted = await approve(replica, 'drifted', ['argocd/sync'])
  world.target.revisions.set('drifted', 'r7')
  await advance(replica, drifted.id)

  world.target.checks.set('undone', 'fails')
  for (const isUndone of [true, false]) {
    const failed = await approve(replica, 'undone', ['argocd/sync', 'prometheus/assert'], {}, 'r0')
    await advance(replica, failed.id)
    if (!isUndone) continue
    await undoRun(deps, { runId: failed.id, ...BY_ANA })
    await advance(replica, failed.id)
  }
}

async function approve(
  replica: Replica,
  resource: string,
  uses: readonly StepSpec['uses'][],
  args: JsonObject = {},
  undoTo?: string,
): Promise<Run> {
  const steps = uses.map((action, index) => ({
    ...step(action, resource, args, undoTo),
    id: `step-${String(index + 1)}`,
  }))
  return (await approveThroughProduct(replica.deps, steps, BEN)).run
}

function step(uses: StepSpec['uses'], resource: string, args: JsonObject = {}, undoTo?: string): StepSpec {
  return { uses, resource, with: args, ...(undoTo === undefined || uses === 'prometheus/assert' ? {} : { undoTo }) }
}

function decisionOn(proposal: { readonly id: string; readonly incidentId: string; readonly planHash: string }) {
  const { id: proposalId, incidentId, planHash } = proposal
  return { proposalId, incidentId, planHash, reason: 'why', origin: 'console' } as const
}

async function decide(
  replica: Replica,
  proposal: Parameters<typeof decisionOn>[0],
  decision: 'approve' | 'reject',
): Promise<void> {
  await recordDecision(replica.deps, { ...decisionOn(proposal), personId: ANA.id, decision })
}

async function readBoth(): Promise<[readonly JsonObject[], ReplayedState]> {
  const database = await openDatabase({ url: world.database.url, applicationName: 'replay', maxConnections: 2 })
  const client = await connect()
  try {
    const waiting = await sequenceAllAudit(createAuditSequencer(database.pool, database.db), 60_000)
    expect(waiting).toBe(0)
    return [await readEntries(asSource(client)), await readTables(asSource(client))]
  } finally {
    await client.end()
    await database.close()
  }
}

function asSource(client: Client): RowSource {
  return {
    rows: async <Row extends QueryResultRow>(query: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(query, [...values])).rows,
  }
}

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: world.database.ownerUrl })
  await client.connect()
  return client
}
