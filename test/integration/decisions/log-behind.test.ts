import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import { broken, codeOf, withBreakGlass } from './glass-world.ts'
import { endingOf, openProposal, press, pressed } from './presses.ts'
import { ANA, BO, CY, auditEvents, openWorld } from './world.ts'
import type { World } from './world.ts'

/** TRUST section 4: with the log behind for longer than it may be, nothing of high risk is approved. */
let world: World
let deps: Deps
beforeAll(async () => {
  world = await openWorld()
  const own = withBreakGlass(world)
  deps = { ...own, settings: { ...own.settings, logDelayMs: MOST_MS } }
})
afterEach(() => shiftLog('+'))
afterAll(() => world.close())

const MOST_MS = 900_000

/** What waits for its number becomes sixteen minutes older, or as old as it is. */
async function shiftLog(sign: '+' | '-'): Promise<void> {
  await world.query('SET session_replication_role = replica')
  await world.query(`UPDATE audit_leaves SET at = at ${sign} interval '16 minutes'`)
  await world.query('SET session_replication_role = origin')
}
const fallBehind = () => shiftLog('-')

/** The same installation with a log that may be behind for any time: the guard taken out. */
const careless = () => ({ ...deps, settings: { ...deps.settings, logDelayMs: Infinity } })

/** Of a plan of tier 3 whose step nobody knows about. */
async function unknownStep(): Promise<{ readonly proposal: Proposal; readonly runId: string }> {
  const proposal = await openProposal(world, 3)
  for (const person of [ANA, BO]) await press(deps, proposal, person)
  const [run] = await deps.stores.runs.listByIncident(proposal.incidentId)
  const runId = run?.id ?? ''
  await world.query(`UPDATE runs SET state = 'unknown', fence = 1, started_at = clock_timestamp() WHERE id = $1`, [
    runId,
  ])
  await world.query(
    `INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
                           idempotency_key, fence, request_hash, finished_at)
     VALUES ($1, 'rollback', 0, 'forward', 'main', 1, 'argocd/rollback', 'opaque', 'unknown', 'k', 1, 'h', clock_timestamp())`,
    [runId],
  )
  return { proposal, runId }
}

const retry = (own: Deps, runId: string) =>
  codeOf(async () => {
    await settleStep(own, {
      ...{ runId, stepId: null, choice: 'retry', reason: 'it is safe', person: ANA, origin: 'console' },
    })
    return 'counted'
  })

describe('while the log is behind for longer than it may', () => {
  it('a plan of tier 3 is not approved, is told why and what to do, and the refusal is on record', async () => {
    const proposal = await openProposal(world, 3)
    await fallBehind()

    await expect(press(deps, proposal, ANA)).rejects.toThrow(
      /^The audit log is behind: its entries have had no numbers for 16 min\. Have a transaction looked for/,
    )

    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: [], rejections: [] })
    expect((await auditEvents(world, proposal.incidentId)).at(-1)).toBe('decision.refused (log_behind)')
  })

  it('it is approved as soon as the log has caught up', async () => {
    const proposal = await openProposal(world, 3)
    await fallBehind()
    expect(await pressed(deps, proposal, ANA)).toBe('log_behind')
    await shiftLog('+')

    expect(await pressed(deps, proposal, ANA)).toBe('counted')
    expect(await pressed(deps, proposal, CY)).toBe('approved')
    await fallBehind()
  })

  it('it is approved all the same where the log may be behind for any time (the twin)', async () => {
    const proposal = await openProposal(world, 3)
    await fallBehind()

    expect(await pressed(careless(), proposal, ANA)).toBe('counted')
  })

  it('it is rejected by whoever rejects it, and a plan of tier 2 is approved', async () => {
    const high = await openProposal(world, 3)
    const low = await openProposal(world, 2)
    await fallBehind()

    expect(await pressed(deps, high, ANA, { decision: 'reject' })).toBe('rejected')
    expect(await pressed(deps, low, ANA)).toBe('approved')
  })

  it('the glass is not broken for it, and is for a plan of tier 2 (the twin)', async () => {
    const high = await openProposal(world, 3)
    const low = await openProposal(world, 2)
    await fallBehind()

    expect(await broken(deps, high, ANA)).toBe('log_behind')
    expect(await broken(careless(), high, ANA)).toBe('broken')
    expect(await broken(deps, low, ANA)).toBe('broken')
  })

  it('nothing of it is sent again, which takes approvals anew, and is where the log may be behind (the twin)', async () => {
    const { proposal, runId } = await unknownStep()
    await fallBehind()

    expect(await retry(deps, runId)).toBe('log_behind')
    expect((await auditEvents(world, proposal.incidentId)).at(-1)).toBe('request.refused (log_behind)')
    expect(await retry(careless(), runId)).toBe('counted')
  })

  it('whoever may not approve is told that first', async () => {
    const proposal = await openProposal(world, 3)
    await fallBehind()

    expect(await pressed(deps, { ...proposal, planHash: 'f'.repeat(64) }, ANA)).toBe('hash_mismatch')
  })
})
