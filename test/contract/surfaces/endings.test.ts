import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { cancelProposal } from '../../../src/orchestrator/cancel-proposal.ts'
import { clearGround, halfApproved, proposed, approved, changedPlan, resolved } from './grounds.ts'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { openAllSurfaces, TOKEN } from './open-all-surfaces.ts'
import type { AllSurfaces } from './open-all-surfaces.ts'
import { recordByHand } from '../../../src/orchestrator/record-by-hand.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { supersedePlans } from '../../../src/orchestrator/configuration/supersede-plans.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { BO, CY, openParityWorld } from './parity-world.ts'
import type { Arrange, Ground } from './grounds.ts'
import type { ParityWorld } from './parity-world.ts'

let parity: ParityWorld
let surfaces: AllSurfaces

beforeAll(async () => {
  parity = await openParityWorld()
  const { deps } = parity
  surfaces = await openAllSurfaces(deps)
})
afterAll(async () => {
  await surfaces.close()
  await parity.world.close()
})
beforeEach(() => clearGround(parity))

interface Ending {
  readonly how: string
  readonly ground: Arrange
  /** What every card says of it. */
  readonly says: RegExp
  readonly state: string
  readonly reason: RegExp | null
  /** What whoever approves too late is told; null where it still waits. */
  readonly late: RegExp | null
}

/** After the ground something ends it. */
function then(arrange: Arrange, end: (world: ParityWorld, ground: Ground) => Promise<unknown>): Arrange {
  return async (world) => {
    const ground = await arrange(world)
    await end(world, ground)
    return ground
  }
}

const by = { personId: BO.id, origin: 'console' } as const
const proposalOf = ({ p }: Ground) => p ?? ''

async function expire({ world, deps }: ParityWorld, { p }: Ground): Promise<void> {
  await world.query(`UPDATE proposals SET expires_at = clock_timestamp() WHERE id = $1`, [p])
  await expireProposals(deps)
}

/** The executor finds another deploy than the one that was approved. */
async function drift({ world, deps }: ParityWorld, { r }: Ground): Promise<void> {
  world.actions.states.set('checkout-app', { historyId: '43', revision: 'fffffff', autoSync: true, operation: null })
  await advanceRun(deps, { runId: r ?? '' }, new AbortController().signal)
}

/** Other policies came into force while it waited, and no other plan has taken its place. */
function supersede({ deps }: ParityWorld): Promise<unknown> {
  const version = { playbooks: deps.playbooks, policy: { version: 'another' } } as never
  return deps.unitOfWork.run((stores) => supersedePlans(deps, stores, version, 'CFG-1'))
}

const ENDINGS: readonly Ending[] = [
  {
    how: 'expired while it waited',
    ground: then(proposed, expire),
    says: /Expired at .*: the approvals did not come in time/,
    state: 'expired',
    reason: /the approvals did not come in time/,
    late: /PRO-1 expired at .* UTC \(the approvals did not come in time\)\./,
  },
  {
    how: 'expired with one approval of two',
    ground: then(halfApproved, expire),
    says: /Expired at .*: the approvals did not come in time/,
    state: 'expired',
    reason: /the approvals did not come in time/,
    late: /PRO-1 expired at/,
  },
  {
    how: 'expired after its approval, before its run began',
    ground: then(approved, expire),
    says: /Expired at .*: its run did not start in time/,
    state: 'expired',
    reason: /its run did not start in time/,
    late: /PRO-1 expired at .* UTC \(its run did not start in time\)\./,
  },
  {
    how: 'superseded by other policies',
    ground: then(proposed, supersede),
    says: /Superseded at .*: CFG-1 brought other policies or playbooks into force/,
    state: 'superseded',
    reason: /CFG-1 brought other policies/,
    late: /PRO-1 was superseded at .* UTC \(CFG-1 brought other policies/,
  },
  {
    how: 'drifted before its first step',
    ground: then(approved, drift),
    says: /Void, since what was approved has changed at/,
    state: 'drifted',
    reason: /checkout-app is no longer as approved/,
    late: /PRO-1 became void at .* UTC \(.*no longer as approved/,
  },
  {
    how: 'withdrawn as a whole',
    ground: then(proposed, ({ deps }, ground) =>
      cancelProposal(deps, { ...by, proposalId: proposalOf(ground), reason: 'another way' }),
    ),
    says: /Withdrawn at .*: Bo: another way/,
    state: 'cancelled',
    reason: /Bo: another way/,
    late: /PRO-1 was cancelled at .* UTC \(Bo: another way\)\./,
  },
  {
    how: 'done by hand instead',
    ground: then(proposed, ({ deps }, { i }) => recordByHand(deps, { ...by, incidentId: i, text: 'scaled it' })),
    says: /Withdrawn at .*: Bo did it by hand: scaled it/,
    state: 'cancelled',
    reason: /did it by hand/,
    late: /PRO-1 was cancelled at .*by hand/,
  },
  {
    how: 'closed with its incident',
    ground: resolved(proposed),
    says: /Withdrawn at .*: Eve resolved the incident/,
    state: 'cancelled',
    reason: /Eve resolved the incident/,
    late: /PRO-1 was cancelled at/,
  },
  {
    how: 'an approval that was taken back: it waits again',
    ground: then(approved, ({ deps }, ground) => withdrawDecision(deps, { ...by, proposalId: proposalOf(ground) })),
    says: /0 of 1 approvals/,
    state: 'pending',
    reason: null,
    late: null,
  },
]

async function apiOf({ i }: Ground): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${surfaces.url}/api/v1/incidents/${i}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  const { proposal } = (await answer.json()) as { readonly proposal: Readonly<Record<string, unknown>> }
  return proposal
}

describe('every ending but a rejection', () => {
  it.each(ENDINGS)('$how: is shown as what it is in Slack, Teams, console and API', async (ending) => {
    const ground = await ending.ground(parity)

    for (const driver of surfaces.drivers) {
      const card = await driver.card(CY, ground.i)
      expect({ on: driver.name, card }).toEqual({ on: driver.name, card: expect.stringMatching(ending.says) })
      expect(withoutRequest(card)).not.toMatch(/reject/i)
      if (ending.late === null) continue
      expect(await driver.buttons(CY, ground.i)).not.toContain('Approve')
      const { reply, words } = await driver.say(CY, `approve ${proposalOf(ground)} ${ground.h ?? ''}`)
      expect({ code: reply.code, words }).toEqual({
        code: 'already_decided',
        words: expect.stringMatching(ending.late),
      })
    }
    const shown = await apiOf(ground)
    expect(shown['state']).toBe(ending.state)
    if (ending.reason !== null) expect(shown['closedReason']).toMatch(ending.reason)
    expect(shown['closedAt'] === null).toBe(ending.state === 'pending')
    expect(JSON.stringify(shown['decisions'])).not.toContain('reject')
  })

  it('is told apart from a rejection, which says so everywhere (the twin)', async () => {
    const ground = await proposed(parity)
    await recordDecision(parity.deps, {
      ...{ ...by, proposalId: proposalOf(ground), incidentId: ground.i, planHash: null },
      ...{ decision: 'reject', reason: 'it is the database' },
    })

    for (const driver of surfaces.drivers) {
      expect(withoutRequest(await driver.card(CY, ground.i))).toMatch(/Rejected at/)
    }
    expect(await apiOf(ground)).toMatchObject({ state: 'rejected', closedReason: 'Bo: it is the database' })
  })

  it('of a plan that another one replaced stands in the answer to its old button; the card has the new one', async () => {
    const ground = await changedPlan(proposed)(parity)

    for (const driver of surfaces.drivers) {
      expect(await driver.card(CY, ground.i)).toContain('PRO-2')
      const { words } = await driver.say(CY, `approve ${proposalOf(ground)} ${ground.h ?? ''}`)
      expect(words).toMatch(/PRO-1 was superseded at .* UTC \(A newer plan takes its place\)/)
    }
    expect(await apiOf(ground)).toMatchObject({ id: 'PRO-2', state: 'pending' })
  })
})

/** A plan that waits asks to approve or reject it. */
function withoutRequest(card: string): string {
  return card.replaceAll(/Approve or reject|Reject\b/g, '')
}
