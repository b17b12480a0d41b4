import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { auditEvents, openWorld } from './world.ts'
import { createAccountStandings } from '../../../src/app/account-standings.ts'
import { endingOf, openProposal } from './presses.ts'
import { everybodyIsMember } from '../../fakes/everybody-is-member.ts'
import { handleUtterance } from '../../../src/orchestrator/index.ts'
import { loadPeople } from '../../../src/config/load-people.ts'
import { makeFolder } from '../../unit/config/config-folder.ts'
import { openDirectory } from '../../../src/config/open-directory.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { AccountStanding } from '../../../src/ports/account-standing.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { OpenDirectory } from '../../../src/config/open-directory.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { StandingsBySurface } from '../../../src/app/account-standings.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'
import type { World } from './world.ts'

/** A real file, read by the real directory: what an admin writes is what counts. */
const PEOPLE = `people:
  - { id: bo, name: Bo, groups: [platform], roles: [responder, approver], slack: { team: T0001, user: U0002 }, teams: { tenant: t-1, user: aad-2 } }
  - { id: ana, name: Ana, groups: [payments], roles: [responder, approver], slack: { team: T0001, user: U0001 }, teams: { tenant: t-1, user: aad-1 } }
`
const BO = { slack: ['T0001', 'U0002'], teams: ['t-1', 'aad-2'], console: ['console', 'bo'] } as const
const ANA = { slack: ['T0001', 'U0001'], teams: ['t-1', 'aad-1'], console: ['console', 'ana'] } as const
const CHAT = ['slack', 'teams'] as const

let world: World
let directory: OpenDirectory
let people: string
let standings: StandingsBySurface
let deps: Deps
/** What every platform says of whoever is asked about. */
let standing: AccountStanding

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  people = join(await makeFolder({ 'people.yaml': PEOPLE }), 'people.yaml')
  directory = openDirectory(people, (await loadPeople(people)).people, silentLogger, 20)
  standings = createAccountStandings()
  standing = { kind: 'member' }
  for (const surface of CHAT) standings.register(surface, { standingOf: async () => standing })
  deps = world.replica({ directory, accountStandings: standings, settings: { decidesInConsole: true } })
})
afterEach(() => directory.close())

type Who = Readonly<Record<SurfaceName, readonly [string, string]>>

/** Says it as that account, from that surface; the code of the answer. */
async function says(surface: SurfaceName, who: Who, text: string, change: Partial<Deps> = {}) {
  const [tenant, user] = who[surface]
  const account = { surface, tenant, user, displayName: 'Bo' }
  const at = { surface, account, channel: null, message: null }
  return handleUtterance({ ...deps, ...change }, { ...at, text })
}

const approval = ({ id, planHash }: Proposal) => `approve ${id} ${planHash.slice(0, 8)}`
const untouched = { state: 'pending', runs: 0, approvals: [], rejections: [] }

describe.each(CHAT)('T13: on %s, an account that people.yaml lists', (surface) => {
  it.each(['guest', 'bot', 'external', 'deactivated', 'unknown'] as const)(
    'decides, moves and reads nothing when the platform says %s, and that is on record',
    async (fault) => {
      const proposal = await openProposal(world)
      standing = { kind: 'refused', fault }

      const answers = await Promise.all(
        [approval(proposal), `reject ${proposal.incidentId} no`, `ack ${proposal.incidentId}`, 'list'].map((text) =>
          says(surface, BO, text),
        ),
      )

      expect(answers.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => `account_${fault}`))
      expect(answers[0]?.text).toMatch(/^(Slack|Teams) says that your account .+\/.+ (is|belongs to) .+\. .+\.$/)
      expect(await endingOf(world, proposal)).toEqual(untouched)
      expect(
        await world.query(
          `SELECT 1 FROM audit_leaves WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'reasonCode' = $1
              AND convert_from(bytes, 'UTF8')::jsonb ->> 'origin' = $2`,
          [`account_${fault}`, surface],
        ),
      ).toHaveLength(4)
    },
  )

  it('approves with the guard taken out, guest or not (the twin)', async () => {
    const proposal = await openProposal(world)
    standing = { kind: 'refused', fault: 'guest' }

    expect((await says(surface, BO, approval(proposal), { accountStandings: everybodyIsMember })).code).toBe('approved')
  })

  it('decides nothing while the platform cannot be asked, is told where it can, and still reads', async () => {
    const proposal = await openProposal(world)
    standing = { kind: 'unavailable', detail: 'it is away' }

    const refused = await says(surface, BO, approval(proposal))

    expect(refused.code).toBe('standing_unavailable')
    expect(refused.text).toContain('Decide in the console, or try again in a moment.')
    expect((await says(surface, BO, `status ${proposal.incidentId}`)).kind).toBe('answer')
    expect(await endingOf(world, proposal)).toEqual(untouched)
    expect((await says('console', BO, approval(proposal))).code).toBe('approved')
  })

  it('decides nothing where nobody brought a way to ask', async () => {
    const proposal = await openProposal(world)

    const refused = await says(surface, BO, approval(proposal), { accountStandings: createAccountStandings() })

    expect(refused.code).toBe('standing_unavailable')
  })

  it.each([
    ['its name in another script', 'B\u043E'],
    ['its name with something invisible', 'Bo\u200B'],
    ['its name turned round', '\u202EoB\u202C'],
  ])('is not %s: only its ids are looked at', async (_what, displayName) => {
    const proposal = await openProposal(world)
    const account = { surface, tenant: BO[surface][0], user: 'U0666', displayName }

    const answer = await handleUtterance(deps, {
      ...{ surface, account, channel: null, message: null },
      text: approval(proposal),
    })

    expect(answer.code).toBe('unknown_account')
    expect(await endingOf(world, proposal)).toEqual(untouched)
  })

  it('is not its ids in letters that look alike, or with something invisible', async () => {
    const proposal = await openProposal(world)
    const [tenant, user] = BO[surface]

    for (const forged of [user.replace('a', '\u0430').replace('U', '\u222A'), `${user}\u200B`, ` ${user}`]) {
      const who = { ...BO, [surface]: [tenant, forged] }
      expect((await says(surface, who, approval(proposal))).code).toBe('unknown_account')
    }
    expect((await says(surface, { ...BO, [surface]: [`${tenant}x`, user] }, approval(proposal))).code).toBe(
      'unknown_account',
    )
    expect(await endingOf(world, proposal)).toEqual(untouched)
  })
})

describe('T14: one person on two surfaces', () => {
  it.each([
    ['slack', 'teams'],
    ['teams', 'slack'],
    ['slack', 'console'],
    ['console', 'teams'],
  ] as const)('counts once, first in %s and then in %s', async (first, second) => {
    const proposal = await openProposal(world, 3)

    expect((await says(first, BO, approval(proposal))).code).toBe('counted')
    expect((await says(second, BO, approval(proposal))).code).toBe('already_decided')
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: ['bo'] })

    expect((await says(second, ANA, approval(proposal))).code).toBe('approved')
  })

  it('counts twice when the directory holds two entries for them, which loading refuses (the twin)', async () => {
    const proposal = await openProposal(world, 3)
    const doubled = [
      ...directory.list().map((one) => (one.id === 'bo' ? { ...one, teams: null } : one)),
      { ...directory.list()[0]!, id: 'b\u043E', slack: null, groups: ['payments'] },
    ]
    const twice: Deps['directory'] = {
      findById: (id) => doubled.find((one) => one.id === id),
      findByAccount: ({ user }) => doubled.find(({ slack, teams }) => slack?.user === user || teams?.user === user),
      list: () => doubled,
    }
    await writeFile(people, PEOPLE.replace('id: ana', 'id: b\u043E'))

    expect((await loadPeople(people)).problems).toMatchObject([
      { found: expect.stringContaining('entry 1 has as well') },
    ])
    expect((await says('slack', BO, approval(proposal), { directory: twice })).code).toBe('counted')
    expect((await says('teams', BO, approval(proposal), { directory: twice })).code).toBe('approved')
  })
})

describe('T15: an edit of people.yaml', () => {
  it('takes a role away for the next decision, without a restart', async () => {
    const proposal = await openProposal(world, 3)
    expect((await says('slack', BO, approval(proposal))).code).toBe('counted')

    await writeFile(people, PEOPLE.replace('name: Ana, groups: [payments], roles: [responder, approver]', 'name: Ana'))
    await waitUntil('the file is read again', () => directory.findById('ana')?.roles.length === 0)

    expect((await says('slack', ANA, approval(proposal))).code).toBe('not_allowed')
    expect(await auditEvents(world, proposal.incidentId)).toContain('decision.refused (not_allowed)')
  })

  it('takes an approval back that was given before: it does not count for the quorum', async () => {
    const proposal = await openProposal(world, 3)
    await says('slack', BO, approval(proposal))

    await writeFile(people, PEOPLE.replace('groups: [platform], roles: [responder, approver]', 'roles: [responder]'))
    await waitUntil('the file is read again', () => directory.findById('bo')?.roles.length === 1)

    expect((await says('teams', ANA, approval(proposal))).code).toBe('counted')
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', runs: 0 })
  })
})
