import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createTeller } from '../../../src/cli/demo/tell-incident.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { SLACK_CHANNEL, SLACK_TEAM } from './open-slack-driver.ts'
import { openAllSurfaces, TOKEN } from './open-all-surfaces.ts'
import type { AllSurfaces } from './open-all-surfaces.ts'
import { openWorld } from '../../integration/executor/world.ts'
import { stopRun } from '../../../src/orchestrator/stop-run.ts'
import { supersedePlans } from '../../../src/orchestrator/configuration/supersede-plans.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { ANA as ANA_, BEN as BEN_, PLAYBOOK, RIA as RIA_ } from '../../fakes/counting-target/approved-run.ts'
import { askedOf, look, nestedRun, pressStep } from '../../integration/executor/nested-world.ts'
import { CHANNEL, TENANT } from '../../fakes/teams/activities.ts'
import type { Nested } from '../../integration/executor/nested-world.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Playbook } from '../../../src/domain/playbook.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { RunFacts } from '../../../src/cli/demo/incident-reader.ts'
import type { World } from '../../integration/executor/world.ts'

const everywhere = (person: Person, user: string): Person => ({
  ...{ ...person, slack: { team: SLACK_TEAM, user }, teams: { tenant: TENANT, user: `aad-${user}` } },
})
const [ANA, BEN, RIA] = [everywhere(ANA_, 'U0001'), everywhere(BEN_, 'U0002'), everywhere(RIA_, 'U0003')]
const PEOPLE = [ANA, BEN, RIA]

let world: World
let admin: Client
let replica: Replica
let surfaces: AllSurfaces
/** What is in force; a test takes the playbook out. */
const playbooks: Playbook[] = []

beforeAll(async () => {
  world = await openWorld()
  admin = new Client({ connectionString: world.database.ownerUrl })
  await admin.connect()
  const opened = await world.replica({
    ...{ people: () => PEOPLE, playbooks },
    settings: {
      fatigue: { decisions: 1_000_000, perMs: 600_000 },
      routes: [
        { surface: 'slack', owner: null, severity: null, channel: SLACK_CHANNEL },
        { surface: 'teams', owner: null, severity: null, channel: CHANNEL },
      ],
    },
  })
  const findByAccount = ({ user }: { readonly user: string }) =>
    PEOPLE.find(({ id, slack, teams }) => [id, slack?.user, teams?.user].includes(user))
  replica = { ...opened, deps: { ...opened.deps, directory: { ...opened.deps.directory, findByAccount } } }
  const { deps } = replica
  surfaces = await openAllSurfaces(deps)
})
afterAll(async () => {
  await surfaces.close()
  await admin.end()
  await world.close()
})
beforeEach(() => {
  playbooks.splice(0, playbooks.length, PLAYBOOK)
})

/** A run that has sent something, asks, and waits. */
async function waiting(tier = 2): Promise<Nested> {
  const nested = await nestedRun(replica, (key) => world.target.countOf(key), { tier })
  await waitUntil('the run asks', async () => {
    await look(replica, nested.run.id)
    return (await stateOf(nested)) === 'waiting'
  })
  return nested
}

const stateOf = async ({ run }: Nested) => (await replica.deps.stores.runs.find(run.id))?.state
const by = { personId: BEN.id, origin: 'console' } as const

interface Ending {
  readonly how: string
  readonly end: (nested: Nested) => Promise<unknown>
  readonly state: string
  /** What every card says of the step. */
  readonly says: RegExp
  readonly reason: RegExp | null
}

const ENDINGS: readonly Ending[] = [
  {
    how: 'approved',
    end: (nested) => pressStep(replica, nested, BEN),
    ...{ state: 'approved', says: /approved by Ben Okafor/, reason: null },
  },
  {
    how: 'approved, and the target is no longer as approved behind it',
    end: async (nested) => {
      world.target.revisions.set(nested.after, 'r9')
      await pressStep(replica, nested, BEN)
    },
    ...{ state: 'approved', says: /approved by Ben Okafor.*|no longer as approved/, reason: null },
  },
  {
    how: 'expired',
    end: ({ run }) =>
      admin.query(`UPDATE step_approvals SET expires_at = clock_timestamp() WHERE run_id = $1`, [run.id]),
    ...{ state: 'expired', says: /expired/, reason: /^the approvals did not come in time$/ },
  },
  {
    how: 'void, since its playbook was taken out',
    end: () => Promise.resolve(playbooks.splice(0)),
    ...{ state: 'drifted', says: /void, since what was approved has changed/, reason: /playbook move-on was removed/ },
  },
  {
    how: 'withdrawn by a stop',
    end: ({ run }) => stopRun(replica.deps, { person: BEN, origin: 'console', runId: run.id, reason: 'another way' }),
    ...{ state: 'cancelled', says: /withdrawn/, reason: /Ben Okafor stopped it \(another way\)/ },
  },
  {
    how: 'withdrawn by a freeze',
    end: () => freezeService(replica.deps, { ...by, service: 'checkout', for: '5m', reason: 'audit' }),
    ...{ state: 'cancelled', says: /withdrawn/, reason: /checkout is frozen \(audit\)/ },
  },
]

interface StepFacts {
  readonly id: string
  readonly approval: { readonly state: string; readonly reason: string | null; readonly people: string[] } | null
}

async function apiOf({ run }: Nested): Promise<RunFacts & { readonly steps: readonly StepFacts[] }> {
  const answer = await fetch(`${surfaces.url}/api/v1/runs/${run.id}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  return (await answer.json()) as RunFacts & { readonly steps: readonly StepFacts[] }
}

/** What the command line prints of a run as it goes. */
function told(facts: RunFacts): string {
  const lines: string[] = []
  createTeller({ say: (line: string) => lines.push(line) } as never).run(facts)
  return lines.join('\n')
}

async function over(nested: Nested): Promise<void> {
  await waitUntil('the run goes on or ends', async () => {
    await look(replica, nested.run.id)
    return !['waiting', 'running'].includes((await stateOf(nested)) ?? '')
  })
}

describe('a nested approval', () => {
  it.each(ENDINGS)('$how: is shown as what it is on every surface, and never as a rejection', async (ending) => {
    const nested = await waiting()
    const { incidentId } = nested.run
    await ending.end(nested)
    await over(nested)
    await admin.query('DELETE FROM freezes')

    for (const driver of surfaces.drivers) {
      const card = await driver.card(BEN, incidentId)
      expect({ on: driver.name, card }).toEqual({ on: driver.name, card: expect.stringMatching(ending.says) })
      if (ending.reason !== null) expect(card).toMatch(unanchored(ending.reason))
      expect(card).not.toMatch(/reject|confirm \(approval\) failed/i)
    }
    const facts = await apiOf(nested)
    const step = facts.steps.find(({ id }) => id === 'confirm')?.approval
    const reason = ending.reason === null ? null : expect.stringMatching(ending.reason)
    const people = ending.state === 'approved' ? ['Ben Okafor'] : []
    expect(step).toEqual({ state: ending.state, reason, people, at: expect.any(String) })
    expect(told(facts)).toContain(`step confirm (approval) ${ending.state}`)
    const draft = await surfaces.drivers[2]?.say(BEN, `postmortem ${incidentId}`)
    expect(draft?.words).toMatch(new RegExp(`confirm \\(approval\\): ${ending.says.source}`))
    expect(draft?.words).not.toMatch(/reject/i)
  })

  it('rejected: says so everywhere, with the reason (the twin)', async () => {
    const nested = await waiting()
    await pressStep(replica, nested, BEN, { decision: 'reject' })
    await over(nested)

    for (const driver of surfaces.drivers) {
      const card = await driver.card(BEN, nested.run.incidentId)
      expect(card).toMatch(/rejected/)
      expect(card).toContain('Ben Okafor: the canary shows errors')
    }
    const facts = await apiOf(nested)
    expect(facts.steps.find(({ id }) => id === 'confirm')?.approval).toMatchObject({
      ...{ state: 'rejected', reason: 'Ben Okafor: the canary shows errors', people: [] },
    })
    expect(told(facts)).toContain('step confirm (approval) rejected: Ben Okafor: the canary shows errors')
  })

  it('of which an approval is taken back waits again, and says who has', async () => {
    const nested = await waiting(3)
    const { proposal, run } = nested
    await pressStep(replica, nested, BEN)
    await withdrawDecision(replica.deps, { ...by, proposalId: proposal.id })
    await look(replica, run.id)

    for (const driver of surfaces.drivers) {
      const card = await driver.card(ANA, run.incidentId)
      expect(card).toContain('0 of 2 approvals')
      expect(card).toMatch(/(?:Approved by Ben Okafor|Ben Okafor approved).*withdrawn/)
    }
    expect((await apiOf(nested)).steps.find(({ id }) => id === 'confirm')?.approval).toBeNull()
    expect((await askedOf(replica, run.id)).state).toBe('pending')
  })

  it('is not superseded by other policies: its plan runs, so it still waits', async () => {
    const nested = await waiting()
    const version = { playbooks, policy: { version: 'another' } } as never
    await replica.deps.unitOfWork.run((stores) => supersedePlans(replica.deps, stores, version, 'CFG-1'))
    await look(replica, nested.run.id)

    expect((await askedOf(replica, nested.run.id)).state).toBe('pending')
    for (const driver of surfaces.drivers) {
      expect(await driver.card(BEN, nested.run.incidentId)).toContain('0 of 1 approvals')
    }
  })
})

function unanchored(pattern: RegExp): RegExp {
  return new RegExp(pattern.source.replace(/^\^|\$$/g, ''))
}
