import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ACTION_NAMES } from '../../../src/domain/action.ts'
import { Client } from 'pg'
import { deployOf, ONSET, openJudgementWorld } from './judgement-world.ts'
import { makeFit } from '../../unit/playbooks/make-fit.ts'
import { readRecord } from '../../../src/cli/eval/record/read-record.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { RecordedIncident } from '../../../src/cli/eval/record/recorded-incident.ts'
import { replayRecord } from '../../../src/cli/eval/record/replay-record.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FeedbackAnswer } from '../../../src/domain/feedback.ts'
import type { IncomingChange } from '../../../src/domain/change-event.ts'
import type { IncidentRecord } from '../../../src/cli/eval/record/recorded-incident.ts'
import type { JudgementWorld } from './judgement-world.ts'
import type { NewAlert } from '../../../src/ports/alert-store.ts'

let world: JudgementWorld
let owner: Client
let deps: Deps
beforeAll(async () => {
  world = await openJudgementWorld()
  owner = new Client({ connectionString: world.ownerUrl })
  await owner.connect()
  const playbooks = [makeFit('first-way').playbook, makeFit('second-way').playbook]
  deps = { ...world.deps, playbooks, actions: { ...world.deps.actions, available: ACTION_NAMES } }
})
afterAll(async () => {
  await owner.end()
  await world.close()
})

const { signal } = new AbortController()
const LEADER = deployOf('checkout', 5)
const EARLIER = [60, 180, 300, 420].map((minutes) =>
  deployOf('checkout', minutes, { revision: `rev-${String(minutes)}` }),
)
const LABELS = { alertname: 'HighErrorRate', service: 'checkout', severity: 'critical' }

/** One incident an hour ago with all that was known of it then; the same again for every test. */
let incidentId: string
let known: IncidentRecord
beforeEach(async () => {
  await owner.query(
    `TRUNCATE incidents, changes, change_reports, alerts, evidence, feedback, playbook_records, timeline_entries CASCADE`,
  )
  world.history.splice(0, Infinity, LEADER, ...EARLIER)
  incidentId = await world.openIncident([{ labels: LABELS }])
  await ranWell('first-way', 'RUN-a')
  // Two within one millisecond would count the same.
  await owner.query(`UPDATE playbook_records SET at = at - interval '1 minute'`)
  await ranWell('second-way', 'RUN-b')
  await refreshIncident(deps, { incidentId }, signal)
  await letAnHourPass()
  known = await read()
})

const read = () => readRecord(deps, 200)
/** The guard taken out: everything that is on record by now counts as known. */
const readAllOfToday = () => readRecord(deps, 200, () => new Date())
const replay = async (record: IncidentRecord) => {
  const one = record.incidents.find(({ id }) => id === incidentId)!
  const [replayed] = await replayRecord({ ...deps, model: null }, { ...record, incidents: [one] }, signal)
  return { ...replayed, answers: null, onsetAt: one.onsetAt, evidence: one.evidence }
}

async function letAnHourPass(): Promise<void> {
  const times = {
    ...{ incidents: ['opened_at'], alerts: ['first_seen_at', 'last_seen_at'], evidence: ['collected_at'] },
    ...{ changes: ['received_at'], feedback: ['at'], playbook_records: ['at'] },
  }
  for (const [table, columns] of Object.entries(times)) {
    await owner.query(`UPDATE ${table} SET ${columns.map((one) => `${one} = ${one} - interval '1 hour'`).join(', ')}`)
  }
  await owner.query(`UPDATE changes SET endings = (
    SELECT jsonb_agg(jsonb_set(one, '{at}', to_jsonb((one ->> 'at')::timestamptz - interval '1 hour')))
      FROM jsonb_array_elements(endings) AS one)`)
}

const ranWell = (playbook: string, runId: string, outcome: 'succeeded' | 'failed' = 'succeeded') =>
  deps.stores.playbookRecords.append({
    ...{ playbook, service: 'checkout', owner: 'team-shop', criticality: 1, outcome, runId },
  })

const report = (change: IncomingChange) => deps.unitOfWork.run((stores) => stores.changes.record(change))

async function tell(alert: Partial<NewAlert>): Promise<void> {
  const [had] = await deps.stores.alerts.listByIncident(incidentId)
  await deps.stores.alerts.upsert([{ ...had!, ...alert }])
}

async function answer(about: { changeId?: string; runId?: string }, given: FeedbackAnswer): Promise<void> {
  const other = await world.openIncident([])
  const question = about.runId === undefined ? 'cause' : 'playbook'
  const probability = question === 'cause' ? 0.7 : null
  await deps.unitOfWork.run((stores) =>
    stores.feedback.save({
      ...{ incidentId: other, question, personId: 'ana', answer: given, probability },
      ...{ changeId: about.changeId ?? null, runId: about.runId ?? null },
    }),
  )
}

async function idOf({ sourceId }: IncomingChange): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    'SELECT change_id AS id FROM change_reports WHERE source_id = $1',
    [sourceId],
  )
  return rows[0]!.id
}

const LATER: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['that an earlier deploy was rolled back', () => report({ ...EARLIER[0]!, outcome: 'rolled_back' })],
  [
    'that the suspect failed',
    () => report({ ...LEADER, outcome: 'failed', finishedAt: new Date(ONSET.getTime() - 1) }),
  ],
  ['a deploy that was reported late', () => report(deployOf('payments', 3, { revision: 'late-one' }))],
  ['what people said of an earlier deploy', async () => answer({ changeId: await idOf(EARLIER[1]!) }, 'yes')],
  ['how a playbook fared', () => ranWell('second-way', 'RUN-c', 'failed')],
  ['that people say it did not help', () => answer({ runId: 'RUN-b' }, 'no')],
  [
    'an alert that came late, and began before',
    async () => {
      const onsetAt = new Date(ONSET.getTime() - 600_000)
      await tell({ fingerprint: 'late', service: 'payments', startsAt: onsetAt })
      await deps.stores.incidents.patch(incidentId, { onsetAt })
    },
  ],
  ['what an alert says when it is told again', () => tell({ annotations: { summary: `since ${LEADER.revision!}` } })],
  [
    'what a source says when it is asked again',
    async () => {
      world.prometheus.nowSeconds += 600
      world.clock.advance(600_000)
      await refreshIncident(deps, { incidentId }, signal)
    },
  ],
]

describe('a replay of the record', () => {
  it.each(LATER)('does not use %s, which everything of today would tell', async (_what, happens) => {
    const then = await replay(known)
    await happens()

    const { evidence: pieces, ...now } = await replay(await read())
    const { evidence: before, ...judged } = then
    expect(now).toEqual(judged)
    // What was read again is lost rather than replaced by what it says today.
    for (const piece of pieces) expect(before).toContainEqual(piece)
    expect(await replay(await readAllOfToday())).not.toEqual(then)
  })

  it('knows what was known: suspects, their record, what playbooks did, and the evidence', async () => {
    const then = await replay(known)

    expect(then.suspects?.[0]).toMatchObject({ changeId: await idOf(LEADER) })
    // Both have helped once, this one a minute later.
    expect(then.proposed).toBe('second-way')
    expect(then.evidence.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['alert', 'change', 'metric']))
    expect(known.incidents[0]?.changes.map(({ outcome }) => outcome)).toEqual(Array(5).fill('succeeded'))
  })

  it('is refused where a file holds what came later', () => {
    const [one] = known.incidents
    const later = new Date(one!.judgedAt.getTime() + 1)
    const alert = { ...one!.alerts[0]!, startsAt: later }
    const change = { ...one!.changes[0]!, finishedAt: later }

    expect(RecordedIncident.safeParse(one).success).toBe(true)
    expect(RecordedIncident.safeParse({ ...one!, alerts: [alert] }).error?.message).toContain('later than judgedAt')
    expect(RecordedIncident.safeParse({ ...one!, changes: [change] }).error?.message).toContain('finishedAt')
  })
})
