import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BO, DI, auditEvents, openScene, openWorld } from '../decisions/world.ts'
import { openProposal, press } from '../decisions/presses.ts'
import { readHome } from '../../../src/orchestrator/index.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Home } from '../../../src/orchestrator/index.ts'
import type { World } from '../decisions/world.ts'

let world: World
let deps: Deps
beforeAll(async () => {
  world = await openWorld()
  const { directory } = world.deps
  deps = world.replica({
    directory: { ...directory, findByAccount: ({ user }) => world.people.find(({ id }) => id === user) },
  })
})
afterAll(() => world.close())
beforeEach(() => world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`))

const accountOf = (user: string) => ({ surface: 'teams', tenant: 'tenant', user, displayName: 'Ana' }) as const
async function homeOf(user: string): Promise<Home> {
  const answer = await readHome(deps, accountOf(user))
  if (answer.kind !== 'home') throw new Error(answer.reply.text)
  return answer.home
}
const idsOf = (items: Home['open']) => items.map(({ view }) => view.id)

describe('what a person finds on a front page', () => {
  it('is what waits for them, and every incident that is not resolved', async () => {
    const proposal = await openProposal(world, 3)
    const { incident: other } = await openScene(world, { service: 'shop' })

    const [ana, di] = [await homeOf('ana'), await homeOf('di')]

    expect(idsOf(ana.awaiting)).toEqual([proposal.incidentId])
    expect(ana.awaiting[0]?.view.proposal?.planHash).toBe(proposal.planHash)
    expect(idsOf(ana.open)).toEqual([other.id, proposal.incidentId])
    expect(idsOf(di.awaiting)).toEqual([])
    expect(idsOf(di.open)).toEqual(idsOf(ana.open))
    expect([ana.person, di.person]).toEqual([ANA, DI])
  })

  it('leaves out what they have decided on already, and what is decided', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)

    expect(idsOf((await homeOf('bo')).awaiting)).toEqual([])
    expect(idsOf((await homeOf('ana')).awaiting)).toEqual([proposal.incidentId])

    await press(world.deps, proposal, ANA, { decision: 'reject' })
    expect(idsOf((await homeOf('ana')).awaiting)).toEqual([])
  })

  it('names the places where the card hangs, and only those that were posted', async () => {
    const proposal = await openProposal(world, 3)
    const posted = await deps.stores.cards.ensure(proposal.incidentId, 'teams', '19:a@thread.tacv2')
    await deps.stores.cards.ensure(proposal.incidentId, 'slack', 'C0001')
    await deps.stores.cards.markShown(posted.id, { channel: posted.channel, message: '1700' }, 'hash')

    const [item] = (await homeOf('ana')).awaiting

    expect(item?.cards.map(({ surface, reference }) => [surface, reference?.message])).toEqual([['teams', '1700']])
  })

  it('keeps what waits for them in sight when many others are newer', async () => {
    const proposal = await openProposal(world, 3)
    for (let index = 0; index < 24; index += 1) await openScene(world, { service: 'shop' })

    const home = await homeOf('ana')

    expect(idsOf(home.awaiting)).toEqual([proposal.incidentId])
    expect(home.open).toHaveLength(20)
    expect(home.more).toBe(5)
  })

  it('is refused to a stranger, whatever they call themselves, and that is on record', async () => {
    const { incident } = await openScene(world)

    const answer = await readHome(deps, accountOf('nobody'))

    expect(answer).toMatchObject({ kind: 'refused', reply: { kind: 'refused', code: 'unknown_account' } })
    expect(JSON.stringify(answer)).not.toContain(incident.id)
    const [row] = await world.query<{ count: string }>(
      `SELECT count(*) FROM audit_leaves WHERE convert_from(bytes, 'UTF8') LIKE '%teams:tenant/nobody%'`,
    )
    expect(Number(row?.count)).toBe(1)
    expect(await auditEvents(world, incident.id)).toEqual([])
  })
})
