import { AppError } from '../kernel/errors.ts'
import type { LanguageModel } from '../ports/language-model.ts'

export interface SpendingLimits {
  readonly calls: number
  readonly tokens: number
}

/** Enough for every text of a long incident, and little enough that a storm of questions costs no fortune. */
const SPENDING_OF_AN_INCIDENT: SpendingLimits = { calls: 60, tokens: 400_000 }

/** The oldest are forgotten first: an incident that old gets its budget anew. */
const MOST_INCIDENTS = 1_000

class BudgetSpentError extends AppError {
  constructor(incidentId: string) {
    super('model_budget', `The budget of ${incidentId} for the language model is spent; the facts stand.`, false)
  }
}

/** A budget for each incident, kept by each replica for itself; failed calls count as well. */
export function limitSpending(model: LanguageModel, limits: SpendingLimits = SPENDING_OF_AN_INCIDENT): LanguageModel {
  const spent = new Map<string, { calls: number; tokens: number }>()
  return {
    name: model.name,
    complete: async (request, signal) => {
      const { incidentId } = request
      if (incidentId === undefined) return model.complete(request, signal)
      const so = spent.get(incidentId) ?? { calls: 0, tokens: 0 }
      if (so.calls >= limits.calls || so.tokens >= limits.tokens) throw new BudgetSpentError(incidentId)
      so.calls += 1
      spent.set(incidentId, so)
      forgetOldest(spent)
      const answer = await model.complete(request, signal)
      so.tokens += answer.inputTokens + answer.outputTokens
      return answer
    },
  }
}

function forgetOldest(spent: Map<string, unknown>): void {
  const [oldest] = spent.keys()
  if (spent.size > MOST_INCIDENTS && oldest !== undefined) spent.delete(oldest)
}
