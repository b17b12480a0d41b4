import { clockTime, shortRevision } from '../wording.ts'
import { chance } from '../../kernel/percent.ts'
import { isDrawable } from '../../kernel/value-scale.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { IncidentView } from '../../domain/incident-view.ts'

/** [unix seconds, value], ascending. */
export type PicturePoint = readonly [number, number]

export interface PictureMark {
  /** Which line of the legend it is: `A`, `B`, `C`. */
  readonly letter: string
  readonly at: Date
  readonly text: string
}

/** What is drawn of an incident: the symptom over time, when it began, and what changed around then. */
export interface IncidentPicture {
  readonly title: string
  readonly subtitle: string
  readonly unit: string
  /** At least two, at different times. */
  readonly points: readonly PicturePoint[]
  /** From where on the alert fires; null where the rule does not say. */
  readonly limit: { readonly value: number; readonly text: string } | null
  readonly onsetAt: Date
  readonly suspects: readonly PictureMark[]
  /** Since when nothing fires any more. */
  readonly quietSince: Date | null
}

export type PictureOf = Pick<
  IncidentView,
  'id' | 'severity' | 'service' | 'symptom' | 'onsetAt' | 'suspects' | 'quietSince'
>

/** More lines than that hide the series. */
const LETTERS = ['A', 'B', 'C']
export const MOST_MARKS = LETTERS.length
const LONGEST_TITLE = 62
const LONGEST_LEGEND = 92

/**
 * The series of an alert's own expression, else one of the failing service; null when nothing was measured that can be
 * drawn. The first measured is what the first alert fired for.
 */
export function pictureOf(incident: PictureOf, evidence: readonly Evidence[]): IncidentPicture | null {
  const measured = evidence
    .filter((piece) => piece.kind === 'metric')
    .map((piece) => ({ piece, points: pointsOf(piece) }))
    .filter(({ points }) => (points.at(-1)?.[0] ?? 0) > (points[0]?.[0] ?? 0))
  const chosen =
    measured.find(({ piece }) => typeof piece.data['alert'] === 'string') ??
    measured.find(({ piece }) => piece.data['service'] === incident.service)
  if (chosen === undefined) return null
  const { piece, points } = chosen
  const { unit, limit } = piece.data
  return {
    title: oneLineText(
      `${incident.id} ${incident.severity} ${incident.service ?? ''}: ${incident.symptom}`,
      LONGEST_TITLE,
    ),
    subtitle: oneLineText(`${subjectOf(piece)}, ${piece.source}, ${piece.id}`, LONGEST_LEGEND),
    unit: typeof unit === 'string' ? oneLineText(unit, 20) : '',
    points,
    limit: typeof limit === 'string' ? limitOf(limit) : null,
    onsetAt: incident.onsetAt,
    quietSince: incident.quietSince,
    suspects: incident.suspects.slice(0, MOST_MARKS).map((suspect, index) => {
      const version = suspect.revision === null ? '' : ` to ${shortRevision(suspect.revision)}`
      const text = `${suspect.kind} of ${suspect.service}${version} at ${clockTime(suspect.at)}, ${chance(suspect.probability)} likely`
      return { letter: LETTERS[index] ?? '', at: suspect.at, text: oneLineText(text, LONGEST_LEGEND) }
    }),
  }
}

function subjectOf({ data }: Evidence): string {
  const { alert, service, signal } = data
  if (typeof alert === 'string') return `What ${alert} measures`
  return `${typeof signal === 'string' ? signal : 'value'} of ${typeof service === 'string' ? service : 'the service'}`
}

function pointsOf({ data }: Evidence): readonly PicturePoint[] {
  const { points } = data
  if (!Array.isArray(points)) return []
  return points.flatMap((point: unknown) => {
    if (!Array.isArray(point)) return []
    const [at, value] = point as unknown[]
    return typeof at === 'number' && typeof value === 'number' && isDrawable(value) ? [[at, value] as const] : []
  })
}

/** `> 0.05`, as the rule says it. */
function limitOf(text: string): IncidentPicture['limit'] {
  const value = Number(/^(?:[<>]=?|==)\s*(-?[0-9.]+(?:e[-+]?[0-9]+)?)$/i.exec(text.trim())?.[1])
  return Number.isFinite(value) ? { value, text: oneLineText(text, 30) } : null
}
