import type { Feature } from '../feature.ts'

// Environments seldom share anything that breaks; where they do (a common database), a person knows.
const OTHER_ENVIRONMENT = -4
const PRODUCTION_NAMES = ['production', 'prod', 'prd', 'live']

/** Whether the change happened where the symptom is. An environment that nobody names counts as production. */
export const environment: Feature = (change, { symptom }) => {
  const there = normalise(change.environment)
  const here = normalise(symptom.environment)
  if (there === here) return undefined
  return {
    feature: 'environment',
    weight: OTHER_ENVIRONMENT,
    text: `It changed ${there}, and the symptom is in ${here}.`,
  }
}

function normalise(name: string | null): string {
  const lower = (name ?? 'production').toLowerCase()
  return PRODUCTION_NAMES.includes(lower) ? 'production' : lower
}
