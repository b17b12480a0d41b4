import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { handlePress } from '../../../src/orchestrator/verbs/handle-press.ts'
import { handleUtterance } from '../../../src/orchestrator/verbs/handle-utterance.ts'
import { BO, openWorld } from './world.ts'
import { endingOf, openProposal } from './presses.ts'
import type { Account } from '../../../src/domain/person.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Press } from '../../../src/orchestrator/index.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'
import type { World } from './world.ts'

type Chat = Exclude<SurfaceName, 'console'>

const APPROVER = { ...BO, slack: { team: 'T1', user: 'U1' }, teams: { tenant: 'tenant-1', user: 'aad-1' } }
const OWN = { slack: { tenant: 'T1', user: 'U1' }, teams: { tenant: 'tenant-1', user: 'aad-1' } } as const
/** The same ids of people elsewhere, and what looks like the own one. */
const ELSEWHERE = {
  slack: ['T2', 't1', 'T1 ', 'T1\u200B', 'Т1', ''],
  teams: ['tenant-2', 'TENANT-1', 'tenant-1 ', 'tenant\u20111', ''],
} as const
const CHATS = ['slack', 'teams'] as const

let world: World
let deps: Deps
beforeAll(async () => {
  world = await openWorld()
  deps = world.replica({ directory: directoryBy((own, tenant) => own === tenant) })
})
afterAll(() => world.close())
beforeEach(() => {
  world.people = [APPROVER]
})

function directoryBy(isSame: (own: string | undefined, tenant: string) => boolean): Deps['directory'] {
  return {
    ...world.deps.directory,
    findByAccount: ({ surface, tenant, user }) =>
      world.people.find(({ slack, teams }) =>
        surface === 'slack'
          ? slack?.user === user && isSame(slack.team, tenant)
          : teams?.user === user && isSame(teams.tenant, tenant),
      ),
  }
}

interface Shown {
  readonly proposal: Proposal
  readonly surface: Chat
  readonly channel: string
  readonly message: string
}

/** A proposal with a card of its own on each chat surface. */
async function shown(): Promise<readonly Shown[]> {
  const proposal = await openProposal(world)
  const each = CHATS.map((surface) => {
    const channel = `${surface}-channel`
    return { proposal, surface, channel, message: `${surface} ${proposal.incidentId}` }
  })
  for (const { surface, channel, message } of each) {
    await world.query(`INSERT INTO cards (id, incident_id, surface, channel, message) VALUES ($1, $2, $3, $4, $1)`, [
      message,
      proposal.incidentId,
      surface,
      channel,
    ])
  }
  return each
}

function accountOn(surface: Chat, tenant: string): Account {
  return { surface, tenant, user: OWN[surface].user, displayName: APPROVER.name }
}

async function approve(place: Shown, change: Partial<Press> = {}, using: Deps = deps): Promise<string> {
  const { proposal, surface, channel, message } = place
  const reply = await handlePress(using, {
    ...{ surface, channel, message, account: accountOn(surface, OWN[surface].tenant), verb: 'approve' },
    ...{ incidentId: proposal.incidentId, proposalId: proposal.id, planHash: proposal.planHash },
    ...{ text: null, stepId: null, answer: null, ...change },
  })
  return reply.code
}

describe('T20: an approval from another workspace or tenant', () => {
  it.each(CHATS)('is refused in %s, pressed or typed, whatever the other one is called', async (surface) => {
    const [first, second] = await shown()
    const place = surface === 'slack' ? first! : second!
    const { proposal, channel } = place

    for (const tenant of ELSEWHERE[surface]) {
      const account = accountOn(surface, tenant)
      expect(await approve(place, { account })).toBe('unknown_account')
      const text = `approve ${proposal.id} ${proposal.planHash.slice(0, 8)}`
      const typed = await handleUtterance(deps, { surface, channel, message: null, account, text })
      expect(typed.code).toBe('unknown_account')
    }
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: [], runs: 0 })
    // From their own it counts: nothing else stood in the way.
    expect(await approve(place)).toBe('approved')
  })

  it('would count where the directory asked for the user alone (the twin)', async () => {
    const [place] = await shown()
    const byUserAlone = { ...deps, directory: directoryBy(() => true) }

    expect(await approve(place!, { account: accountOn('slack', 'T2') }, byUserAlone)).toBe('approved')
  })

  it('and one of each surface with the ids of the other is refused', async () => {
    const [slack, teams] = await shown()

    const asSlack: Account = { ...accountOn('slack', 'tenant-1'), user: 'aad-1' }
    const asTeams: Account = { ...accountOn('teams', 'T1'), user: 'U1' }
    expect(await approve(slack!, { account: asSlack })).toBe('unknown_account')
    expect(await approve(teams!, { account: asTeams })).toBe('unknown_account')
    expect((await endingOf(world, slack!.proposal)).approvals).toEqual([])
  })
})

describe('T20: a card elsewhere than where it was posted', () => {
  it('decides nothing, for every pair of places, incidents and plans', async () => {
    const places = [...(await shown()), ...(await shown())]
    let refused = 0
    for (const place of places) {
      for (const other of places) {
        const elsewhere = { channel: other.channel, message: other.message }
        const isOwn = place.surface === other.surface && place.proposal === other.proposal
        if (!isOwn) {
          expect(await approve(place, elsewhere)).toBe('foreign_card')
          refused += 1
        }
        if (place.proposal === other.proposal) continue
        const { planHash, id } = other.proposal
        expect(await approve(place, { planHash })).toBe('hash_mismatch')
        expect(await approve(place, { proposalId: id, planHash })).toBe('wrong_incident')
      }
      expect(await approve(place, { channel: 'forwarded', message: 'copy' })).toBe('foreign_card')
      expect(await approve(place, { message: null })).toBe('foreign_card')
    }
    expect(refused).toBe(12)
    for (const { proposal } of places) {
      expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: [], runs: 0 })
    }
  })

  it('would count where nobody looked which card it is (the twin)', async () => {
    const [place] = await shown()
    const { incidentId } = place!.proposal
    const anyCard = async () => ({ incidentId }) as never
    const cardQueries = { ...deps.stores.cardQueries, findByMessage: anyCard }
    const careless = { ...deps, stores: { ...deps.stores, cardQueries } }

    expect(await approve(place!, { channel: 'forwarded', message: 'copy' }, careless)).toBe('approved')
  })
})
