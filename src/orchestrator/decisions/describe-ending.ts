import type { Decision } from '../../domain/approval.ts'
import type { DecisionGround } from './decision-ground.ts'

type Ended = Pick<DecisionGround, 'proposal' | 'run' | 'decisions'>

/** How a proposal came to its end, for whoever comes too late: "decided by … at …". */
export function describeEnding(ground: Ended): string {
  const { proposal } = ground
  const standing = ground.decisions.filter((decision) => decision.withdrawnAt === null)
  const when = timeOf(proposal.closedAt ?? standing.at(-1)?.at)
  if (proposal.state === 'rejected') return describeRejection(ground, standing, when)
  if (proposal.state === 'approved') return describeApproval(ground, standing, when)
  const reason = proposal.closedReason === null ? '' : ` (${proposal.closedReason.replace(/[.\s]+$/, '')})`
  if (proposal.state === 'expired') return `${proposal.id} expired${when}${reason}.`
  const became = proposal.state === 'drifted' ? 'became void' : `was ${proposal.state}`
  return `${proposal.id} ${became}${when}${reason}. What stands now: "status ${proposal.incidentId}".`
}

function describeRejection({ proposal }: Ended, standing: readonly Decision[], when: string): string {
  const rejection = standing.find((decision) => decision.decision === 'reject')
  const reason = rejection?.reason ? ` (${rejection.reason})` : ''
  return `${proposal.id} was decided by ${rejection?.personName ?? 'somebody'}${when}: rejected${reason}.`
}

function describeApproval({ proposal, run }: Ended, standing: readonly Decision[], when: string): string {
  const names = standing.filter((decision) => decision.decision === 'approve').map((decision) => decision.personName)
  const who = names.length === 0 ? 'nobody, since it runs by itself' : names.join(' and ')
  return `${proposal.id} was decided by ${who}${when}: approved${run === undefined ? '' : `, ${run.id} is ${run.state}`}.`
}

function timeOf(at: Date | undefined): string {
  return at === undefined ? '' : ` at ${at.toISOString().replace('T', ' ').slice(0, 16)} UTC`
}
