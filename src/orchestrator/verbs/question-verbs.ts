import { answer } from './replies.ts'
import { answerQuestion } from '../questions/answer-question.ts'
import { askQuestion } from '../questions/ask-question.ts'
import { currentProposal } from './current-proposal.ts'
import { findIncident } from './find-incident.ts'
import { wrongUsage } from './parse-verb.ts'
import type { Deps } from '../dependencies.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

/** `question [id] <text>`. A button says which proposal its card showed; words mean the one that stands. */
export async function questionVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  if (call.request.rest === '') throw wrongUsage('question', 'The question is missing.')
  const input = await inputOf(deps, call, call.request.rest)
  const { text } = await askQuestion(deps, input)
  return answer(text, { incidentId: input.incidentId })
}

/** `answer [id] [Q1] <text>`. */
export async function answerVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const { words, rest } = call.request
  const number = /^q(\d{1,6})$/i.exec(words[0] ?? '')?.[1] ?? null
  const said = number === null ? rest : words.slice(1).join(' ')
  if (said === '') throw wrongUsage('answer', 'The answer is missing.')
  const input = await inputOf(deps, call, said)
  const { text } = await answerQuestion(deps, { ...input, number: number === null ? null : Number(number) })
  return answer(text, { incidentId: input.incidentId })
}

async function inputOf(deps: Deps, call: VerbCall, text: string) {
  const { person, place } = call
  const incident = await findIncident(deps, call)
  const proposalId = place.proposalId ?? (await currentProposal(deps, incident)).id
  return { proposalId, incidentId: incident.id, person, text, origin: place.surface }
}
