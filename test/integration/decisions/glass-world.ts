import { breakGlass } from '../../../src/orchestrator/break-glass/break-glass.ts'
import { person } from './world.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Deps, Settings } from '../../../src/orchestrator/dependencies.ts'
import type { World } from './world.ts'

const AS_CONFIGURED: Settings['breakGlass'] = {
  playbooks: ['rollback-bad-deploy'],
  forMs: 3_600_000,
  reviewMs: 172_800_000,
}

/** The same installation with break-glass turned on, or as is said. */
export function withBreakGlass(world: World, change: Partial<Settings['breakGlass']> = {}): Deps {
  return world.replica({ settings: { breakGlass: { ...AS_CONFIGURED, ...change } } })
}

export const REASON = 'checkout is down and nobody answers'
export const AUDITOR = person('gus', ['auditor'])

type Change = Partial<Parameters<typeof breakGlass>[1]>

/** Somebody breaks the glass of exactly the plan that the proposal shows. */
export function glassBy(own: Deps, proposal: Proposal, { id }: Pick<Person, 'id'>, change: Change = {}) {
  return breakGlass(own, {
    ...{ proposalId: proposal.id, incidentId: null, personId: id, planHash: proposal.planHash },
    ...{ reason: REASON, origin: 'slack' },
    ...change,
  })
}

/** As one word: `broken`, or the code of the refusal. */
export async function broken(...args: Parameters<typeof glassBy>): Promise<string> {
  return codeOf(async () => {
    await glassBy(...args)
    return 'broken'
  })
}

export async function codeOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedError) return error.code
    throw error
  }
}

/** The member `breakGlass` of the proposal's entries. */
export async function fieldOfEntries(world: World, proposal: Proposal, event: string): Promise<readonly object[]> {
  const rows = await world.query<{ field: object }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'breakGlass' AS field FROM audit_leaves WHERE incident_id = $1 AND event = $2`,
    [proposal.incidentId, event],
  )
  return rows.map(({ field }) => field)
}
