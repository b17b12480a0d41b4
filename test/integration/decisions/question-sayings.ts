import { answerQuestion } from '../../../src/orchestrator/questions/answer-question.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { CY } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'

/** Questions about a plan and answers to them, on two surfaces. */
export function sayingsTo(depsNow: () => Deps) {
  return {
    ask: ({ id, incidentId }: Proposal, by: Person = CY, text = 'Does cart need it?', deps: Deps = depsNow()) =>
      askQuestion(deps, { proposalId: id, incidentId, person: by, text, origin: 'slack' }),
    reply: ({ id, incidentId }: Proposal, by: Person, text: string, number: number | null = null) =>
      answerQuestion(depsNow(), { proposalId: id, incidentId, person: by, text, number, origin: 'teams' }),
  }
}

/** `kept`, or the code of the refusal. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'kept'
  } catch (error) {
    if (error instanceof RefusedError) return error.code
    throw error
  }
}
