import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { acknowledgeIncident } from '../../../src/orchestrator/acknowledge-incident.ts'
import { addNote } from '../../../src/orchestrator/add-note.ts'
import { assignRole } from '../../../src/orchestrator/assign-role.ts'
import { declareIncident } from '../../../src/orchestrator/declare-incident.ts'
import { fires } from './payloads.ts'
import { mitigateIncident } from '../../../src/orchestrator/mitigate-incident.ts'
import { openIntakeWorld } from './intake-world.ts'
import { reopenIncident } from '../../../src/orchestrator/reopen-incident.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { setSeverity } from '../../../src/orchestrator/set-severity.ts'
import type { IntakeWorld } from './intake-world.ts'
import type { Person, Role } from '../../../src/domain/person.ts'

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
  await world.post('/webhooks/alertmanager', fires())
  world.hints.length = 0
})
afterEach(() => world.close())

function person(name: string, ...roles: readonly Role[]): Person {
  const id = `${name.split(' ')[0]?.toLowerCase() ?? ''}@bank.example`
  return { id, name, slack: null, teams: null, groups: ['team-shop'], roles }
}
const ANA = person('Ana Ruiz', 'responder', 'approver')
const BEN = person('Ben Okafor', 'responder')
const EVE = person('Eve Auditor', 'auditor')

const by = (who: Person) => ({ incidentId: 'INC-1', person: who, origin: 'slack' as const })
const stateOf = async () => (await world.sql<{ state: string }>('SELECT state FROM incidents'))[0]?.state

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'it was not refused'
  } catch (error) {
    return (error as Error).message
  }
}

describe('a person', () => {
  it('acknowledges, mitigates, resolves and reopens, each with timeline, audit leaf and card', async () => {
    await acknowledgeIncident(world.deps, by(ANA))
    await mitigateIncident(world.deps, by(ANA))
    await resolveIncident(world.deps, by(BEN))
    expect(await stateOf()).toBe('resolved')
    await reopenIncident(world.deps, by(ANA))

    expect(await stateOf()).toBe('open')
    const told = await world.sql<{ text: string }>('SELECT text FROM timeline_entries ORDER BY id OFFSET 1')
    expect(told.map((entry) => entry.text)).toEqual([
      'Ana Ruiz acknowledges it.',
      'Ana Ruiz says it is mitigated.',
      'Ben Okafor resolves it.',
      'Ana Ruiz reopens it.',
    ])
    const leaves = await world.sql<{ event: string }>('SELECT event FROM audit_leaves ORDER BY id OFFSET 2')
    expect(leaves.map((leaf) => leaf.event)).toEqual([
      'incident.acknowledged',
      'incident.mitigated',
      'incident.resolved',
      'incident.reopened',
    ])
    expect(world.hints).toEqual([{ name: 'incident.refresh', data: { incidentId: 'INC-1' }, key: 'INC-1' }])
  })

  it('who comes second is told who was first, when, and what to do now', async () => {
    await resolveIncident(world.deps, by(ANA))

    expect(await refusalOf(resolveIncident(world.deps, by(BEN)))).toMatch(
      /^INC-1 is already resolved by Ana Ruiz at \d\d:\d\d UTC\. Reopen it with: reopen INC-1\.$/,
    )
    expect(await refusalOf(acknowledgeIncident(world.deps, by(BEN)))).toMatch(
      /^INC-1 is resolved by Ana Ruiz at \d\d:\d\d UTC and cannot become acknowledged\. Reopen it with: reopen INC-1\.$/,
    )
  })

  it('of two who resolve at once, one does and one is refused', async () => {
    const results = await Promise.allSettled([
      resolveIncident(world.deps, by(ANA)),
      resolveIncident(world.deps, by(BEN)),
    ])

    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await world.count(`timeline_entries WHERE event = 'incident.resolved'`)).toBe(1)
  })

  it('who may not is refused with the reason, and the refusal is on the audit log', async () => {
    const refusal = await refusalOf(resolveIncident(world.deps, by(EVE)))

    expect(refusal).toMatch(/^Eve Auditor may not resolve INC-1: .+\. Ask .+, who may, or have the role added/)
    expect(await stateOf()).toBe('open')
    expect(await world.count(`audit_leaves WHERE event = 'request.refused' AND incident_id = 'INC-1'`)).toBe(1)
  })

  it('who names an incident that does not exist is told so', async () => {
    const work = resolveIncident(world.deps, { ...by(ANA), incidentId: 'INC-99' })

    expect(await refusalOf(work)).toBe('There is no incident INC-99. Check the id with "list".')
  })

  it('who resolves cancels a proposal that waits, on the record', async () => {
    await propose('pending')
    await resolveIncident(world.deps, by(ANA))

    expect(await world.sql('SELECT state, closed_reason FROM proposals')).toEqual([
      { state: 'cancelled', closed_reason: 'Ana Ruiz resolved the incident' },
    ])
    expect(await world.count(`audit_leaves WHERE event = 'proposal.cancelled'`)).toBe(1)
  })

  it('cannot resolve while a run goes on', async () => {
    await propose('approved')
    await world.sql(`INSERT INTO runs (incident_id, proposal_id, state) VALUES ('INC-1', 'PRO-1', 'running')`)

    expect(await refusalOf(resolveIncident(world.deps, by(ANA)))).toMatch(/^RUN-1 is still running\. Wait for its end/)
    expect(await stateOf()).toBe('open')
  })

  it('sets the severity, takes a role, gives another, and leaves a note word for word', async () => {
    await setSeverity(world.deps, { ...by(ANA), severity: 'SEV2' })
    await assignRole(world.deps, { ...by(ANA), role: 'Commander', assignee: ANA })
    await assignRole(world.deps, { ...by(ANA), role: 'scribe', assignee: BEN })
    await addNote(world.deps, { ...by(BEN), text: 'Cart is empty\0 <!channel>' })

    const [row] = await world.sql('SELECT severity, severity_pinned, assignments FROM incidents')
    expect(row).toEqual({
      severity: 'SEV2',
      severity_pinned: true,
      assignments: { commander: 'ana@bank.example', scribe: 'ben@bank.example' },
    })
    const told = await world.sql<{ text: string }>('SELECT text FROM timeline_entries ORDER BY id OFFSET 1')
    expect(told.map((entry) => entry.text)).toEqual([
      'Ana Ruiz sets the severity from SEV1 to SEV2.',
      'Ana Ruiz takes commander.',
      'Ana Ruiz makes Ben Okafor scribe.',
      'Cart is empty\uFFFD <!channel>',
    ])
  })

  it.each([
    ['an empty note', () => addNote(world.deps, { ...by(ANA), text: ' \n' }), /^The note is empty/],
    [
      'a role of two words',
      () => assignRole(world.deps, { ...by(ANA), role: 'the boss', assignee: ANA }),
      /^A role is one/,
    ],
    ['an incident without a title', () => declare({ title: ' \u200B ' }), /^The incident needs a title/],
  ])('is told what is wrong with %s', async (_name, work, message) => {
    expect(await refusalOf(work())).toMatch(message)
  })
})

describe('an incident that a person declares', () => {
  it('has the severity and service they say, and looks for its cause', async () => {
    const incident = await declare({ title: 'Search is\nempty', service: 'search', severity: 'SEV2' })

    expect(incident).toMatchObject({
      id: 'INC-2',
      title: 'Search is empty',
      service: 'search',
      severity: 'SEV2',
      severityPinned: true,
      origin: 'declared',
    })
    expect(world.hints).toEqual([{ name: 'incident.refresh', data: { incidentId: 'INC-2' }, key: 'INC-2' }])
  })

  it('is joined by the alerts of its service, in production when nobody names the environment', async () => {
    await declare({ title: 'Search is empty', service: 'search' })
    await world.post('/webhooks/alertmanager', fires({ service: 'search' }))

    expect(await world.sql(`SELECT incident_id FROM alerts WHERE service = 'search'`)).toEqual([
      { incident_id: 'INC-2' },
    ])
  })
})

function declare(rest: Partial<Parameters<typeof declareIncident>[1]>) {
  const input = { title: 'x', service: null, environment: null, severity: null, person: ANA, origin: 'slack' as const }
  return declareIncident(world.deps, { ...input, ...rest })
}

async function propose(state: 'pending' | 'approved'): Promise<void> {
  await world.sql(
    `INSERT INTO proposals (incident_id, state, playbook, playbook_digest, plan_json, plan_digest, plan_hash, tier,
       tier_reasons, required, requester, nonce, policy_version, reasons, expires_at)
     VALUES ('INC-1', $1, 'p', 'd', '{"playbook":{"name":"p","digest":"d"}}', 'd', 'h', 1, '[]', '{}', 'countersign', 'n', 'v', '[]', now() + interval '1 hour')`,
    [state],
  )
}
