import { clockTime } from './wording.ts'
import type { IncidentView, SummarySentence } from '../domain/incident-view.ts'
import type { TextSection } from './text-section.ts'

/** What the next on-call has to know: where it stands, what is going on, and what is left to do. From facts alone. */
export function writeHandover(view: IncidentView): readonly TextSection[] {
  return [
    { title: 'Where it stands', sentences: [stateOf(view), ...view.summary.sentences] },
    { title: 'Who', sentences: whoOf(view) },
    { title: 'What waits', sentences: waitingOf(view) },
  ].filter(({ sentences }) => sentences.length > 0)
}

function stateOf(view: IncidentView): SummarySentence {
  return own(view, `${view.id} is ${view.state}, ${view.severity}, since ${clockTime(view.onsetAt)}.`)
}

function whoOf(view: IncidentView): readonly SummarySentence[] {
  const commander = view.commander === null ? 'Nobody has taken command' : `${view.commander} is commander`
  const onCall = view.onCall.length === 0 ? '' : `; on call: ${view.onCall.join(', ')}`
  return [own(view, `${commander}${onCall}.`)]
}

function waitingOf(view: IncidentView): readonly SummarySentence[] {
  const { proposal, freeze, glass, run } = view
  const pending = proposal?.state === 'pending' ? proposal : null
  const texts = [
    pending === null
      ? null
      : `${pending.id} (${pending.playbookTitle}) waits for approval, ${String(pending.approvalsCounted)} of ${String(pending.required.approvals)} given, until ${clockTime(pending.expiresAt)}.`,
    run?.canUndo === true ? `${run.id} ${run.state} and can be undone.` : null,
    view.noProposal === null ? null : `Nothing is proposed: ${view.noProposal}`,
    freeze === null
      ? null
      : `${freeze.service ?? 'Everything'} is frozen until ${clockTime(freeze.until)}: ${freeze.reason}.`,
    glass !== null && glass.review === null
      ? `${glass.proposalId} ran without its approvals and waits for a review until ${clockTime(glass.reviewDue)}.`
      : null,
    ...view.followUps,
  ]
  return texts.flatMap((text) => (text === null ? [] : [own(view, text)]))
}

function own(view: IncidentView, text: string): SummarySentence {
  return { text, evidence: [view.run?.id ?? view.proposal?.id ?? view.id] }
}
