import { listReviewers } from '../break-glass/list-reviewers.ts'
import type { Deps } from '../dependencies.ts'
import type { GlassBreak } from '../../domain/glass-break.ts'
import type { GlassView, IncidentView } from '../../domain/incident-view.ts'
import type { Incident } from '../../domain/incident.ts'

/** The one that waits for its review, else the newest. */
export function viewGlass(deps: Deps, incident: Incident, uses: readonly GlassBreak[]): IncidentView['glass'] {
  const glass = uses.find(({ review }) => review === null) ?? uses[0]
  if (glass === undefined) return null
  const { proposalId, personName, reason, at, until, reviewDue } = glass
  const canReview = glass.review === null ? listReviewers(deps, incident, glass).map(({ name }) => name) : []
  return { proposalId, personName, reason, at, until, reviewDue, review: viewReview(glass), canReview }
}

function viewReview({ review }: GlassBreak): GlassView['review'] {
  if (review === null) return null
  const { reviewerName, verdict, text, at } = review
  return { reviewerName, verdict, text, at }
}
