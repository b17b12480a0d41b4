import { share } from './rank-scores.ts'
import type { Share } from './rank-scores.ts'

/** One story as it was judged, against its label. */
export interface ScenarioResult {
  readonly scenario: string
  readonly seed: number
  readonly isNoneRight: boolean
  /** By the last look. */
  readonly isRightProposed: boolean
  /** In any look. */
  readonly isWrongProposed: boolean
  /** In none of the looks. */
  readonly isNothingProposed: boolean
}

export interface ScenarioScores {
  readonly n: number
  /** Of the stories that have a right playbook. */
  readonly right: Share
  readonly abstained: Share
  readonly wrong: Share
  /** Of those where nothing is right. */
  readonly keptQuiet: Share
}

const SCENARIO_GATES = { right: 0.9, abstained: 0.1, wrong: 0, keptQuiet: 0.97 } as const

export function scoreScenarios(results: readonly ScenarioResult[]): ScenarioScores {
  const labelled = results.filter((one) => !one.isNoneRight)
  const none = results.filter((one) => one.isNoneRight)
  const of = (all: readonly ScenarioResult[], holds: (one: ScenarioResult) => boolean) =>
    share(all.filter(holds).length, all.length)
  return {
    n: results.length,
    right: of(labelled, (one) => one.isRightProposed),
    abstained: of(labelled, (one) => one.isNothingProposed),
    wrong: of(labelled, (one) => one.isWrongProposed),
    keptQuiet: of(none, (one) => one.isNothingProposed),
  }
}

export function meetsGates({ right, abstained, wrong, keptQuiet }: ScenarioScores): boolean {
  return (
    !(right.value < SCENARIO_GATES.right) &&
    !(abstained.value > SCENARIO_GATES.abstained) &&
    !(wrong.value > SCENARIO_GATES.wrong) &&
    !(keptQuiet.value < SCENARIO_GATES.keptQuiet)
  )
}
