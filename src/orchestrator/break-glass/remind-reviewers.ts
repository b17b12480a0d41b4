import { COUNTERSIGN } from '../../domain/actor.ts'
import { auditFieldOf, momentInWords, reviewCommand } from './glass-words.ts'
import { listReviewers } from './list-reviewers.ts'
import { proposalRecord } from '../proposals/proposal-records.ts'
import type { Deps } from '../dependencies.ts'

const BATCH = 50
/** A review that is overdue is asked for again this often: loud, and still read. */
const AGAIN_AFTER_MS = 4 * 3_600_000

/** A tick of the clock: whoever could review what is overdue is told, and so is the incident's thread. */
export async function remindReviewers(deps: Deps): Promise<{ readonly reminded: readonly string[] }> {
  const due = await deps.stores.glass.listOverdue(AGAIN_AFTER_MS, BATCH)
  const reminded: string[] = []
  for (const proposalId of due) {
    if (await remindOne(deps, proposalId)) reminded.push(proposalId)
  }
  return { reminded }
}

function remindOne(deps: Deps, proposalId: string): Promise<boolean> {
  return deps.unitOfWork.run(async (stores) => {
    const marked = await stores.glass.markReminded(proposalId, AGAIN_AFTER_MS)
    if (marked === undefined) return false
    const { glass, isFirst } = marked
    const incident = await stores.incidents.find(glass.incidentId)
    const proposal = await stores.proposals.find(proposalId)
    if (incident === undefined || proposal === undefined) return false
    const text = `BREAK-GLASS: the review of ${proposalId} is overdue since ${momentInWords(glass.reviewDue)}. ${glass.personName} ran it without its approvals: ${glass.reason}. Review it: ${reviewCommand(incident.id)}.`
    const incidentId = incident.id
    if (isFirst) {
      await stores.audit.append([
        deps.seal({
          ...proposalRecord(proposal, {
            ...{ event: 'break_glass.overdue', actor: COUNTERSIGN, origin: 'clock' },
            ...{ outcome: 'failure', reasonCode: 'review_overdue' },
          }),
          breakGlass: auditFieldOf(glass),
        }),
      ])
      await stores.timeline.append([
        { incidentId, actor: COUNTERSIGN, origin: 'clock', event: 'break_glass.overdue', text },
      ])
    }
    await stores.outbox.append([
      { kind: 'card', incidentId, priority: 'approval' },
      { kind: 'thread', incidentId, text, priority: 'approval' },
      ...listReviewers(deps, incident, glass).map(({ id }) => {
        return {
          kind: 'direct',
          incidentId,
          personId: id,
          text: `${incidentId}: ${text}`,
          priority: 'approval',
        } as const
      }),
    ])
    return true
  })
}
