import { keptWords } from './ask-question.ts'
import { lockQuestionGround, whyNotAsk } from './question-ground.ts'
import { whyNoMore } from './question-limits.ts'
import { aboutOf, tellOfQuestion } from './tell-of-question.ts'
import { openQuestions } from '../../domain/open-questions.ts'
import { recordRefusal, toError } from '../decisions/refusal.ts'
import type { Deps } from '../dependencies.ts'
import type { QuestionGround, QuestionInput } from './question-ground.ts'
import type { Refusal } from '../decisions/refusal.ts'
import type { Said } from './ask-question.ts'

export interface AnswerInput extends QuestionInput {
  /** null: the only one that has no answer yet. */
  readonly number: number | null
}

/** An answer to a question about an approval that waits; it decides nothing either. */
export async function answerQuestion(deps: Deps, input: AnswerInput): Promise<Said> {
  const answered = await deps.unitOfWork.run(async (stores): Promise<{ refusal: Refusal } | Said> => {
    const ground = await lockQuestionGround(deps, stores, input)
    const text = keptWords(deps, input.text)
    const meant = whyNotAsk(deps, ground, 'answer', input) ?? whichIsMeant(ground, input, text)
    if (typeof meant !== 'number') return { refusal: await recordRefusal(deps, stores, ground, 'answer', meant) }
    const { proposal, person, origin } = ground
    const question = ground.questions.find(({ kind, number }) => kind === 'question' && number === meant)
    const said = await stores.questions.answer({
      ...{ proposalId: proposal.id, number: meant, text, surface: origin },
      ...{ personId: person.id, personName: person.name, step: question?.step ?? null },
    })
    const asker = deps.directory.findById(question?.personId ?? '')
    const told = asker === undefined || asker.id === person.id ? [] : [asker]
    await tellOfQuestion(deps, stores, ground, said, told)
    const who = told.map(({ name }) => ` ${name} is told.`).join('')
    return { said, text: `Your answer to Q${String(meant)} about ${aboutOf(said)} is kept.${who} It decides nothing.` }
  })
  if ('refusal' in answered) throw toError(answered.refusal)
  return answered
}

function whichIsMeant(ground: QuestionGround, input: AnswerInput, text: string): number | Refusal {
  const { proposal, questions, person } = ground
  if (text === '') return { code: 'answer_missing', text: 'The answer is missing: type "answer Q1 <text>".' }
  const asked = questions.filter(({ kind }) => kind === 'question').map(({ number }) => number)
  const noMore = whyNoMore(proposal.id, 'answer', questions, person)
  if (noMore !== undefined) return noMore
  if (asked.length === 0) return { code: 'no_question', text: `Nobody has asked anything about ${proposal.id}.` }
  const all = asked.map((number) => `Q${String(number)}`).join(', ')
  if (input.number !== null) {
    if (asked.includes(input.number)) return input.number
    return { code: 'unknown_question', text: `${proposal.id} has no question Q${String(input.number)}; it has ${all}.` }
  }
  const open = openQuestions(questions)
  const [only] = open
  if (only !== undefined && open.length === 1) return only
  const waiting = open.map((number) => `Q${String(number)}`).join(', ')
  const why = open.length === 0 ? `Every question about ${proposal.id} has an answer` : `${waiting} wait for an answer`
  return { code: 'which_question', text: `${why}. Say which one you mean, for example: answer Q1 <text>.` }
}
