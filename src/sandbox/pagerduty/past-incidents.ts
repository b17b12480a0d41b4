import { createDraw } from '../world/draw.ts'
import type { WorldFile } from '../world/world-file.ts'

export interface PastIncident {
  readonly id: string
  readonly service: string
  /** The name of the rule that paged. */
  readonly alert: string
  readonly createdAtMs: number
}

export interface LikeIncident {
  readonly past: PastIncident
  /** From 0 to 100, as PagerDuty's. */
  readonly score: number
}

const MOST_OF_A_SERVICE = 3
const OLDEST_DAYS = 90
const NEWEST_DAYS = 3
const DAY_MS = 86_400_000

/** What paged in the months before the story, drawn from the seed alone: nothing of the story is known here. */
export function drawPastIncidents(file: WorldFile, seed: number, startMs: number): readonly PastIncident[] {
  const draw = createDraw(seed, 'past incidents')
  return file.services
    .filter(({ pagerdutyServiceId }) => pagerdutyServiceId !== undefined)
    .flatMap((service) => {
      const rules = file.rules.filter(({ expr }) => service.hasDatabase || !expr.startsWith('database_up'))
      return Array.from({ length: draw.whole(0, MOST_OF_A_SERVICE) }, () => ({
        service: service.name,
        alert: rules[draw.whole(0, rules.length - 1)]?.alert ?? '',
        createdAtMs: startMs - Math.round(draw.between(NEWEST_DAYS, OLDEST_DAYS) * DAY_MS),
      }))
    })
    .toSorted((left, right) => left.createdAtMs - right.createdAtMs)
    .map((one, index) => ({ id: `PPAST${String(index + 1).padStart(3, '0')}`, ...one }))
}

/** Those of the same service, the same alert first and then the newest: PagerDuty compares titles, and looks at no cause. */
export function likeIncidents(past: readonly PastIncident[], now: Omit<PastIncident, 'id'>): readonly LikeIncident[] {
  return past
    .filter(({ service }) => service === now.service)
    .map((one) => {
      const age = Math.min(1, (now.createdAtMs - one.createdAtMs) / (OLDEST_DAYS * DAY_MS))
      const score = (one.alert === now.alert ? 90 : 30) - 20 * age
      return { past: one, score: Number(score.toFixed(2)) }
    })
    .toSorted((left, right) => right.score - left.score)
}
