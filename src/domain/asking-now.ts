import type { IncidentView } from './incident-view.ts'

export interface AskingNow {
  readonly proposalId: string
  /** The oldest question that nobody has answered. */
  readonly openQuestion: number | null
}

/** What can be asked about at this moment: the plan that waits for approval, else the step of its run that does. */
export function askingNow({ proposal, run }: Pick<IncidentView, 'proposal' | 'run'>): AskingNow | null {
  if (proposal?.state === 'pending') return { proposalId: proposal.id, openQuestion: oldestOpen(proposal.questions) }
  if (run?.approval == null) return null
  return { proposalId: run.proposalId, openQuestion: oldestOpen(run.approval.questions) }
}

function oldestOpen(questions: NonNullable<IncidentView['proposal']>['questions']): number | null {
  return questions.find(({ answers }) => answers.length === 0)?.number ?? null
}
