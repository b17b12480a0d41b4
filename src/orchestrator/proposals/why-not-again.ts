import type { Proposal } from '../../domain/approval.ts'
import type { Run } from '../../domain/run.ts'
import type { ProposalGround } from './proposal-ground.ts'

/**
 * Why the bot does not propose the same plan once more; undefined when it may. What people turned down stays turned
 * down, and what has run is not run again for equal facts: a person may still ask for it.
 */
export function whyNotAgain(
  { proposals, runs }: Pick<ProposalGround, 'proposals' | 'runs'>,
  planDigest: string,
): string | undefined {
  const last = proposals.filter((proposal) => proposal.planDigest === planDigest && proposal.closedAt !== null).at(-1)
  if (last === undefined) return undefined
  const run = runs.find((candidate) => candidate.proposalId === last.id)
  const ended = endingOf(last, run)
  return ended === undefined
    ? undefined
    : `${last.id}, the same plan, ${ended}. Use "run ${last.plan.playbook.name}" to propose it again.`
}

function endingOf(last: Proposal, run: Run | undefined): string | undefined {
  const reason = last.closedReason ?? 'no reason given'
  if (last.state === 'rejected') return `was rejected (${reason})`
  if (last.state === 'approved') return `has run (${reason})`
  // What the executor called off by itself is asked again; what a person called off is not.
  const byPerson = run?.stopRequestedBy !== null
  return last.state === 'cancelled' && byPerson ? `was cancelled (${reason})` : undefined
}
