import type { Deps } from './dependencies.ts'
import { loadQuorum } from './proposals/load-quorum.ts'
import { tellApprovers } from './proposals/tell-approvers.ts'

/** So long before its expiry a proposal that still waits tells the next approvers, at least a minute. */
const PART_OF_TTL = 1 / 3
const LEAST_MS = 60_000

/** A tick of the clock: each pending proposal reminds once. */
export async function remindApprovers(deps: Deps): Promise<{ readonly reminded: readonly string[] }> {
  const beforeMs = Math.max(LEAST_MS, deps.settings.approvalsTtlMs * PART_OF_TTL)
  const due = await deps.stores.proposalQueries.listDueReminders(beforeMs)
  const reminded: string[] = []
  for (const id of due) {
    if (await remindOne(deps, id)) reminded.push(id)
  }
  return { reminded }
}

function remindOne(deps: Deps, id: string): Promise<boolean> {
  return deps.unitOfWork.run(async (stores) => {
    if (!(await stores.proposalQueries.markReminded(id))) return false
    const proposal = await stores.proposals.find(id)
    const incident = proposal === undefined ? undefined : await stores.incidents.find(proposal.incidentId)
    if (proposal === undefined || incident === undefined) return false
    const { facts } = await loadQuorum(deps, stores, proposal, incident)
    const told = await tellApprovers(
      deps,
      stores,
      { proposal, step: null, incident, facts },
      'a proposal expires soon.',
    )
    return told.length > 0
  })
}
