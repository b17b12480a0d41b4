import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { answerQuestion } from '../../../src/orchestrator/questions/answer-question.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { climbLadder } from '../../../src/orchestrator/climb-ladder.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { mountApi } from '../../../src/adapters/api/mount-api.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { ANA, BEN, RIA } from '../../fakes/counting-target/approved-run.ts'
import { askedOf, look, nestedRun, pressStep } from './nested-world.ts'
import { auditEvents, find, openWorld } from './world.ts'
import type { Nested } from './nested-world.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

let world: World
let admin: Client
beforeAll(async () => {
  world = await openWorld()
  admin = new Client({ connectionString: world.database.ownerUrl })
  await admin.connect()
})
afterEach(() => world.closeReplicas())
afterAll(async () => {
  await admin.end()
  await world.close()
})

async function waiting(tier: 1 | 2 | 3 = 2): Promise<{ readonly replica: Replica; readonly nested: Nested }> {
  const replica = await world.replica({ settings: { fatigue: { decisions: 1_000_000, perMs: 600_000 } } })
  const nested = await nestedRun(replica, (key) => world.target.countOf(key), { tier })
  await waitUntil('the run asks', async () => {
    await look(replica, nested.run.id)
    return (await replica.deps.stores.stepApprovals.list(nested.run.id)).length > 0
  })
  return { replica, nested }
}

describe('a nested approval', () => {
  it('is shown in the plan with who will have to approve there, before it is reached', async () => {
    const { replica, nested } = await waiting(3)

    const view = await loadIncidentView(replica.deps, nested.run.incidentId)
    const [before, confirm, after] = view?.proposal?.steps ?? []

    expect([before?.asks, after?.asks]).toEqual([null, null])
    expect(confirm?.asks).toMatchObject({ tier: 3, approvals: 2, canApprove: ['Ana Ruiz', 'Ben Okafor'] })
    expect(confirm?.asks?.rules.join(' ')).toMatch(/^Two approvals by two approvers/)
  })

  it('is shown by the API: in the plan, and with the run while it waits', async () => {
    const { replica, nested } = await waiting()
    const { proposal, run } = nested
    await askQuestion(replica.deps, questionBy(nested, RIA))
    const server = openHttpServer({
      ...{ host: '127.0.0.1', port: 0, log: silentLogger, telemetry: replica.deps.telemetry },
    })
    mountApi(server, { deps: replica.deps, token: 'token-of-the-test', readerOfSession: () => undefined })
    const { url } = await server.listen()
    const get = async (path: string) => {
      const answer = await fetch(`${url}/api/v1${path}`, { headers: { authorization: 'Bearer token-of-the-test' } })
      return (await answer.json()) as Readonly<Record<string, unknown>>
    }

    const asked = await get(`/runs/${run.id}`)
    const incident = await get(`/incidents/${run.incidentId}`)
    await pressStep(replica, nested, BEN)
    await look(replica, run.id)
    const gone = await get(`/runs/${run.id}`)
    await server.close()

    expect(asked['approval']).toMatchObject({
      ...{ stepId: 'confirm', title: 'The canary looks well', tier: 2, decisions: [] },
      questions: [{ number: 1, step: 'confirm', person: RIA.id, answers: [] }],
      canApprove: ['Ana Ruiz', 'Ben Okafor'],
    })
    expect(incident['proposal']).toMatchObject({ id: proposal.id, questions: [{ number: 1, step: 'confirm' }] })
    const { plan } = incident['proposal'] as { readonly plan: { readonly steps: readonly object[] } }
    expect(plan.steps[1]).toMatchObject({ id: 'confirm', asks: { tier: 2, approvals: 1 } })
    expect(gone['approval']).toBeNull()
  })

  it('is asked about and answered while it waits, which lets nothing go on', async () => {
    const { replica, nested } = await waiting()
    const before = await askedOf(replica, nested.run.id)
    const { text } = await askQuestion(replica.deps, questionBy(nested, RIA))
    await answerQuestion(replica.deps, { ...questionBy(nested, ANA, 'It does.'), number: null })
    await look(replica, nested.run.id)

    expect(text).toMatch(new RegExp(`^Your question about step confirm of ${nested.run.id} is Q1\\.`))
    expect(await askedOf(replica, nested.run.id)).toEqual(before)
    expect((await find(replica, nested.run.id)).state).toBe('waiting')
    expect(nested.effects().after).toBe(0)
    const view = await loadIncidentView(replica.deps, nested.run.incidentId)
    expect(view?.run?.approval?.questions).toMatchObject([{ number: 1, answers: [{ text: 'It does.' }] }])
  })

  it('is not asked about any more once it is decided; with its decision it goes on (the twin)', async () => {
    const { replica, nested } = await waiting()
    await pressStep(replica, nested, BEN)
    await look(replica, nested.run.id)

    await expect(askQuestion(replica.deps, questionBy(nested, RIA))).rejects.toThrow('while it waits for approval')
    expect(nested.effects().after).toBe(1)
  })
})

describe('the ladder of a nested approval', () => {
  /** As if this share of its time were over. */
  async function atShare({ run }: Nested, share: number): Promise<void> {
    await admin.query(
      `UPDATE step_approvals SET asked_at = clock_timestamp() - $2::float8 * interval '15 minutes',
              expires_at = clock_timestamp() + (1 - $2::float8) * interval '15 minutes' WHERE run_id = $1`,
      [run.id, share],
    )
  }
  const climbed = async ({ deps }: Replica, { proposal }: Nested) =>
    (await climbLadder(deps)).climbed.filter((id) => id === proposal.id).length
  const escalated = async ({ run }: Nested) =>
    (await auditEvents(world, run.id)).filter((event) => event === 'proposal.escalated').length

  it('is climbed once a rung while it waits, by whichever replica is first, and is on record with its step', async () => {
    const { replica, nested } = await waiting()
    const other = await world.replica()
    await atShare(nested, 0.1)
    expect(await climbed(replica, nested)).toBe(0)

    await atShare(nested, 0.41)
    const [one, two] = await Promise.all([climbed(replica, nested), climbed(other, nested)])

    expect([one + two, await climbed(replica, nested), await escalated(nested)]).toEqual([1, 0, 1])
    const { rows } = await admin.query<{ details: object }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'details' AS details FROM audit_leaves
        WHERE event = 'proposal.escalated' AND incident_id = $1`,
      [nested.run.incidentId],
    )
    expect(rows[0]?.details).toMatchObject({ rung: 1, stepId: 'confirm' })
  })

  it('is not climbed any more once it is decided; the plan’s own ladder is over as well', async () => {
    const { replica, nested } = await waiting()
    await atShare(nested, 0.41)
    await pressStep(replica, nested, BEN, { decision: 'reject' })

    expect([await climbed(replica, nested), await escalated(nested)]).toEqual([0, 0])
  })

  it('is climbed in the same state as long as it waits (the twin)', async () => {
    const { replica, nested } = await waiting(3)
    await atShare(nested, 0.41)
    await pressStep(replica, nested, BEN)

    expect([await climbed(replica, nested), await escalated(nested)]).toEqual([1, 1])
  })
})

function questionBy({ proposal }: Nested, person: typeof ANA, text = 'Does the canary take traffic?') {
  return { proposalId: proposal.id, incidentId: proposal.incidentId, person, text, origin: 'slack' } as const
}
