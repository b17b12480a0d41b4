import { COUNTERSIGN } from '../../domain/actor.ts'
import { findRun } from '../proposals/start-run.ts'
import { tellOfProposal } from '../proposals/proposal-records.ts'
import type { Deps } from '../dependencies.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { Stores } from '../../ports/stores.ts'
import type { UsableVersion } from './read-version.ts'

/**
 * Proposals that were made by another playbook or another policy than the version now coming into force: they give way,
 * in its own transaction, and the facts are looked at again. What is approved goes on: the executor knows the rest.
 */
export async function supersedePlans(
  deps: Pick<Deps, 'seal'>,
  stores: Stores,
  version: UsableVersion,
  changeId: string,
): Promise<readonly string[]> {
  const ended: string[] = []
  for (const id of await stores.proposalQueries.listPending()) {
    const locked = await stores.proposals.lock(id)
    if (locked === undefined || isOf(locked.proposal, version)) continue
    const reason = `${changeId} brought other policies or playbooks into force.`
    const moved = await stores.proposals.move(id, ['pending'], 'superseded', reason)
    if (moved === undefined) continue
    ended.push(id)
    await endWaitingRun(stores, moved, reason)
    await tellOfProposal(deps, stores, moved, {
      actor: COUNTERSIGN,
      origin: 'clock',
      event: 'proposal.superseded',
      states: { proposal: moved.state },
      text: `${id} gives way: ${reason} Its approvals do not count for a new plan.`,
      details: { changeId },
    })
    await stores.jobs.enqueue('incident.propose', { incidentId: moved.incidentId }, { singletonKey: moved.incidentId })
  }
  return ended
}

function isOf({ plan, policyVersion }: Proposal, { playbooks, policy }: UsableVersion): boolean {
  const own = playbooks.find(({ name }) => name === plan.playbook.name)
  return own?.digest === plan.playbook.digest && policyVersion === policy.version
}

/** A plan whose approval was withdrawn has a run that waits: it ends with it, and stands in the way of no new plan. */
async function endWaitingRun(stores: Stores, proposal: Proposal, reason: string): Promise<void> {
  const run = await findRun(stores, proposal)
  if (run === undefined) return
  await stores.runs.requestStop(run.id, COUNTERSIGN.id, reason)
  await stores.jobs.enqueue('run.advance', { runId: run.id }, { singletonKey: run.id })
}
