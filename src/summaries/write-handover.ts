import { clockTime } from './wording.ts'
import { describeHold } from '../domain/describe-freeze.ts'
import { frozenWhat } from '../domain/freeze.ts'
import type { FreezeView, IncidentView, ProposalView, SummarySentence } from '../domain/incident-view.ts'
import type { TextSection } from './text-section.ts'

/** What the next on-call has to know: where it stands, what is going on, and what is left to do. From facts alone. */
export function writeHandover(view: IncidentView): readonly TextSection[] {
  return [
    { title: 'Where it stands', sentences: [stateOf(view), ...view.facts] },
    { title: 'Who', sentences: whoOf(view) },
    { title: 'What waits', sentences: waitingOf(view) },
  ].filter(({ sentences }) => sentences.length > 0)
}

function stateOf(view: IncidentView): SummarySentence {
  return of(view.id, `${view.id} is ${view.state}, ${view.severity}, since ${clockTime(view.onsetAt)}.`)
}

function whoOf(view: IncidentView): readonly SummarySentence[] {
  const commander = view.commander === null ? 'Nobody has taken command' : `${view.commander} is commander`
  const onCall = view.onCall.length === 0 ? '' : `; on call: ${view.onCall.join(', ')}`
  return [of(view.id, `${commander}${onCall}.`)]
}

function waitingOf(view: IncidentView): readonly SummarySentence[] {
  const { id, proposal, noProposal, freezes, glass, run } = view
  const sentences = [
    proposal?.state === 'pending' && of(proposal.id, waitsForApproval(proposal)),
    run?.canUndo === true && of(run.id, `${run.id} ${run.state} and can be undone.`),
    noProposal !== null && of(id, `Nothing is proposed: ${noProposal}`),
    ...freezes.map((freeze) => of(id, describeFreeze(view, freeze))),
    glass?.review === null &&
      of(
        glass.proposalId,
        `${glass.proposalId} ran without its approvals and waits for a review until ${clockTime(glass.reviewDue)}.`,
      ),
    ...view.followUps.map((text) => of(id, text)),
  ]
  return sentences.filter((sentence) => sentence !== false)
}

function describeFreeze(view: IncidentView, freeze: FreezeView): string {
  const what = frozenWhat(freeze)
  const until = clockTime(freeze.until)
  return `${what === 'everything' ? 'Everything' : what} is frozen until ${until}: ${freeze.reason}. ${describeHold(view, freeze)}`
}

function waitsForApproval({ id, playbookTitle, approvalsCounted, required, expiresAt }: ProposalView): string {
  const given = `${String(approvalsCounted)} of ${String(required.approvals)} given`
  return `${id} (${playbookTitle}) waits for approval, ${given}, until ${clockTime(expiresAt)}.`
}

function of(id: string, text: string): SummarySentence {
  return { text, evidence: [id] }
}
