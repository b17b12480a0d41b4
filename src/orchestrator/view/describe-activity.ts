import type { Proposal } from '../../domain/approval.ts'
import type { Run } from '../../domain/run.ts'
import type { SummarySentence } from '../../domain/incident-view.ts'

/** What is being done about it, with the id of the record that says so. */
export function describeActivity(proposal: Proposal | undefined, run: Run | undefined): SummarySentence | null {
  if (run !== undefined && (proposal === undefined || run.proposalId === proposal.id || proposal.closedAt !== null)) {
    return { text: describeRun(run), evidence: [run.id] }
  }
  if (proposal === undefined) return null
  return { text: describeProposal(proposal), evidence: [proposal.id] }
}

function describeRun(run: Run): string {
  const what = run.direction === 'undo' ? `The undo of ${run.id}` : run.id
  switch (run.state) {
    case 'queued':
      return `${what} is about to start.`
    case 'running':
    case 'waiting':
      return `${what} is under way.`
    case 'unknown':
      return `${what} waits for a person: what became of a step is unknown.`
    case 'succeeded':
      return `${what} succeeded.`
    case 'failed':
      return `${what} failed.`
    case 'undone':
      return `What ${run.id} did is undone.`
    case 'stopped':
      return `${what} is stopped.`
  }
}

function describeProposal(proposal: Proposal): string {
  const what = `${proposal.id}, "${proposal.plan.playbook.title}",`
  switch (proposal.state) {
    case 'pending':
      return `${what} is proposed and waits for approval.`
    case 'approved':
      return `${what} is approved.`
    case 'rejected':
      return `${what} is rejected.`
    case 'expired':
      return `${what} is expired.`
    case 'superseded':
      return `${what} is superseded.`
    case 'drifted':
      return `${what} is void, since what was approved has changed.`
    case 'cancelled':
      return `${what} is withdrawn.`
  }
}
