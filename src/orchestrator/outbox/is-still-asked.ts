import { openQuestions } from '../../domain/open-questions.ts'
import type { Deps } from '../dependencies.ts'

/** Whether a question still wants an answer: a message may have waited until it was given, or could not be any more. */
export async function isStillAsked(
  { stores }: Deps,
  { proposalId, number }: { readonly proposalId: string; readonly number: number },
): Promise<boolean> {
  const [proposal, said] = await Promise.all([stores.proposals.find(proposalId), stores.questions.list(proposalId)])
  const question = said.find((one) => one.kind === 'question' && one.number === number)
  if (question === undefined || !openQuestions(said).includes(number)) return false
  if (question.step === null) return proposal?.state === 'pending'
  const { runId, stepId } = question.step
  return (await stores.stepApprovals.find(runId, stepId))?.approval.state === 'pending'
}
