import { oneLineText, truncateText } from '../../kernel/clean-text.ts'
import { lockQuestionGround, whyNotAsk } from './question-ground.ts'
import { whyNoMore } from './question-limits.ts'
import { aboutOf, tellOfQuestion, whoIsTold } from './tell-of-question.ts'
import { recordRefusal, toError } from '../decisions/refusal.ts'
import type { Deps } from '../dependencies.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import type { QuestionGround, QuestionInput } from './question-ground.ts'
import type { Refusal } from '../decisions/refusal.ts'

const LONGEST_QUESTION = 1_000

export interface Said {
  readonly said: ProposalQuestion
  readonly text: string
}

/**
 * A question about an approval that waits, in one transaction under the proposal's row lock: it is kept beside the
 * decisions, on the audit log and the timeline, and who can know is told. It approves, rejects, extends and resets
 * nothing: neither the proposal nor a step of its run is written.
 */
export async function askQuestion(deps: Deps, input: QuestionInput): Promise<Said> {
  const asked = await deps.unitOfWork.run(async (stores): Promise<{ refusal: Refusal } | Said> => {
    const ground = await lockQuestionGround(deps, stores, input)
    const text = keptWords(deps, input.text)
    const refusal = whyNotAsk(deps, ground, 'question', input) ?? whyNotThisOne(ground, text)
    if (refusal !== undefined) return { refusal: await recordRefusal(deps, stores, ground, 'question', refusal) }
    const { proposal, step, person, origin } = ground
    const said = await stores.questions.ask({
      ...{ proposalId: proposal.id, text, surface: origin, personId: person.id, personName: person.name },
      step: step === null ? null : { runId: step.runId, stepId: step.stepId },
    })
    const told = whoIsTold(deps, ground)
    await tellOfQuestion(deps, stores, ground, said, told)
    const names = told.map(({ name }) => name).join(', ')
    const who = names === '' ? 'It stands on the card' : `${names} ${told.length === 1 ? 'is' : 'are'} told`
    return {
      said,
      text: `Your question about ${aboutOf(said)} is Q${String(said.number)}. ${who}. It decides nothing.`,
    }
  })
  if ('refusal' in asked) throw toError(asked.refusal)
  return asked
}

/** One line without what hides or reorders, and without secrets that somebody pasted. */
export function keptWords({ redact }: Deps, text: string): string {
  // Cut last: of a secret that is cut through, what is left is not known for one any more.
  return truncateText(redact(oneLineText(text, Infinity)), LONGEST_QUESTION)
}

function whyNotThisOne({ proposal, questions, person }: QuestionGround, text: string): Refusal | undefined {
  if (text === '') return { code: 'question_missing', text: 'The question is missing: type "question <text>".' }
  return whyNoMore(proposal.id, 'question', questions, person)
}
