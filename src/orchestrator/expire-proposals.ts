import type { Deps } from './dependencies.ts'
import { hasStarted } from './decisions/decision-ground.ts'
import { expireNow } from './decisions/expire-now.ts'
import { findRun } from './proposals/start-run.ts'

const BATCH = 100

/** A tick of the clock: what has passed its time by the database's clock, and has not started, expires. */
export async function expireProposals(deps: Deps): Promise<{ readonly expired: readonly string[] }> {
  const due = await deps.stores.proposalQueries.listExpired(BATCH)
  const expired: string[] = []
  for (const id of due) {
    if (await expireOne(deps, id)) expired.push(id)
  }
  return { expired }
}

/** Looked at again under the lock: a decision or the first step may have come first. */
function expireOne(deps: Deps, id: string): Promise<boolean> {
  return deps.unitOfWork.run(async (stores) => {
    const locked = await stores.proposals.lock(id)
    if (locked === undefined || !locked.isExpired || locked.proposal.closedAt !== null) return false
    const run = await findRun(stores, locked.proposal)
    if (hasStarted({ run })) return false
    await expireNow(deps, stores, { proposal: locked.proposal, run })
    return true
  })
}
