import { RefusedError } from '../../kernel/errors.ts'
import { listReviewers } from './list-reviewers.ts'
import { momentInWords, namesInWords, reviewCommand } from './glass-words.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Stores } from '../../ports/stores.ts'

/** An incident in which the glass was broken is not over before somebody else has looked at that. */
export async function requireReviewed(deps: Deps, stores: Stores, incident: Incident): Promise<void> {
  const waiting = (await stores.glass.listByIncident(incident.id)).findLast(({ review }) => review === null)
  if (waiting === undefined) return
  const names = listReviewers(deps, incident, waiting).map(({ name }) => name)
  const who =
    names.length === 0 ? 'Nobody in people.yaml may review it: add an approver or auditor' : namesInWords(names)
  const may = names.length === 0 ? '' : ' may review it'
  throw new RefusedError(
    'review_missing',
    `${waiting.personName} broke the glass for ${waiting.proposalId} at ${momentInWords(waiting.at)}, and nobody has reviewed that; due ${momentInWords(waiting.reviewDue)}. ${who}${may}: ${reviewCommand(incident.id)}.`,
  )
}
