import { bold, bullets, richText, section, text, time } from './card-text.ts'
import { nameSome } from './card-room.ts'
import { renderQuestions } from './card-questions.ts'
import { PROPOSAL_ENDINGS } from '../../../domain/proposal-endings.ts'
import { SURFACE_WORDS } from '../../../domain/surface.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { DecisionView, IncidentView, ProposalView } from '../../../domain/incident-view.ts'
import type { Inline, CardText } from './card-text.ts'

/** The line about what is next names the first of those who can approve. */
const NAMED_ABOVE = 3

/** Who has decided, how many are missing, and who can give what is missing. */
export function renderDecisions(view: IncidentView, room: CardRoom): readonly CardText[] {
  const { proposal } = view
  if (proposal === null) return []
  const decisions = proposal.decisions.slice(-6).map((decision) => describeDecision(decision, room))
  const summary = proposal.state === 'pending' ? whatIsMissing(proposal, room) : [ending(view, proposal, room)]
  const questions = proposal.state === 'pending' ? renderQuestions(proposal.questions, room) : []
  return richText(...summary, ...bullets([...decisions, ...questions]))
}

function whatIsMissing(proposal: ProposalView, room: CardRoom): readonly CardText[] {
  const { required, approvalsCounted } = proposal
  const missing = Math.max(0, required.approvals - approvalsCounted)
  const rules = required.rules.slice(0, room.reasons).map((rule) => visibleLine(rule, room.detail))
  const names = proposal.canApprove.map((name) => visibleLine(name, 60))
  const others = names.slice(NAMED_ABOVE)
  const who = others.length === 0 ? '' : ` Besides those named above: ${nameSome(others, room.names)}.`
  return [
    section(
      bold(`${String(approvalsCounted)} of ${String(required.approvals)} approvals`),
      text(missing === 0 ? '' : `, ${String(missing)} missing.${who}`),
    ),
    ...(rules.length === 0 ? [] : [section(text(rules.join(' ')))]),
  ]
}

/** What its run says already is not said twice. */
function ending(view: IncidentView, proposal: ProposalView, room: CardRoom): CardText {
  const byGlass = proposal.state === 'approved' && view.glass?.proposalId === proposal.id
  const state =
    proposal.state === 'pending' ? '' : byGlass ? 'BREAK-GLASS: not approved' : PROPOSAL_ENDINGS[proposal.state]
  const why = proposal.closedReason
  const isSaid = why !== null && view.run?.proposalId === proposal.id && view.run.detail?.includes(why) === true
  const reason = why === null || isSaid ? '' : `: ${visibleLine(why, room.detail)}`
  const at = proposal.closedAt === null ? [] : [text(' at '), time(proposal.closedAt)]
  return section(bold(state), ...at, text(reason))
}

export function describeDecision(decision: DecisionView, room: CardRoom): readonly Inline[] {
  const did = decision.decision === 'approve' ? 'Approved by ' : 'Rejected by '
  const reason = decision.reason === null ? '' : `: ${visibleLine(decision.reason, room.detail)}`
  return [
    text(`${did}${visibleLine(decision.personName, 60)} (${visibleLine(decision.person, 60)}) at `),
    time(decision.at),
    text(` in ${surfaceWords(decision.surface)}${decision.withdrawn ? ', withdrawn' : ''}${reason}`),
  ]
}

/** Other ways in than these have no name of their own. */
function surfaceWords(surface: string): string {
  const known: Readonly<Record<string, string | undefined>> = SURFACE_WORDS
  return known[surface] ?? visibleLine(surface, 20)
}
