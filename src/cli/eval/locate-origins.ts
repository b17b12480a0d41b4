import type { AlertAnswers, AlertCase, AlertSystem } from './alert-systems.ts'
import { NO_PAST, rankOrigins, rememberGroup } from '../../triage/rank-origins.ts'
import type { OriginFeature } from '../../triage/rank-origins.ts'

/** For each fault of a system the ranked origins; of earlier faults only their alerts are known. */
export function locateOrigins(
  { cases, topology }: AlertSystem,
  features?: readonly OriginFeature[],
): ReadonlyMap<string, readonly string[]> {
  const ranked = new Map<string, readonly string[]>()
  let past = NO_PAST
  for (const { id, alerts } of cases.toSorted((left, right) => beginOf(left) - beginOf(right))) {
    ranked.set(
      id,
      rankOrigins(alerts, topology, past, features).map((origin) => origin.entity),
    )
    past = rememberGroup(past, alerts)
  }
  return ranked
}

export function ranksOfOrigins(
  ranked: ReadonlyMap<string, readonly string[]>,
  answers: AlertAnswers,
): readonly (number | undefined)[] {
  return [...ranked].map(([id, entities]) => {
    const index = entities.indexOf(answers.get(id)?.entity ?? '')
    return index < 0 ? undefined : index + 1
  })
}

function beginOf({ alerts }: AlertCase): number {
  return alerts.reduce((first, { at }) => Math.min(first, at.getTime()), Infinity)
}
