import type { Feedback } from '../domain/feedback.ts'

export type CauseVerdict = 'confirmed' | 'refuted'

/**
 * What people said afterwards of changes that had been named as causes, by change. In each incident the majority counts,
 * one voice a person; whoever is unsure and a tie say nothing. A change that caused one incident is a bad change,
 * whatever was said of it in another: so one confirmation outweighs every refutation elsewhere.
 */
export function judgeCauses(answers: readonly Feedback[]): ReadonlyMap<string, CauseVerdict> {
  const verdicts = new Map<string, CauseVerdict>()
  for (const [changeId, ofChange] of Map.groupBy(answers, (one) => one.changeId)) {
    if (changeId === null) continue
    const balances = [...Map.groupBy(ofChange, (one) => one.incidentId).values()].map(balanceOf)
    if (balances.some((balance) => balance > 0)) verdicts.set(changeId, 'confirmed')
    else if (balances.some((balance) => balance < 0)) verdicts.set(changeId, 'refuted')
  }
  return verdicts
}

function balanceOf(answers: readonly Feedback[]): number {
  const count = (answer: Feedback['answer']) => answers.filter((one) => one.answer === answer).length
  return count('yes') - count('no')
}
