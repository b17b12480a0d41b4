import { clockTime } from '../wording.ts'
import type { IncidentPicture } from './incident-picture.ts'
import type { PictureChart } from '../../domain/picture-chart.ts'

/** What Slack's chart takes. */
const MOST_POINTS = 20

/** As many points as a chart takes, evenly, the one nearest to each mark among them; null where they are one moment. */
export function chartOf(incidentId: string, { points, onsetAt, suspects }: IncidentPicture): PictureChart | null {
  const marks = [{ at: onsetAt, mark: 'onset' }, ...suspects.map(({ at, letter }) => ({ at, mark: letter }))]
  const marked = new Map<number, string>()
  for (const { at, mark } of marks) {
    const index = nearest(points, at.getTime() / 1000)
    marked.set(index, [marked.get(index), mark].filter((one) => one !== undefined).join(' '))
  }
  const room = MOST_POINTS - marked.size
  const evenly = Array.from({ length: Math.min(room, points.length) }, (_, step) =>
    Math.round((step * (points.length - 1)) / Math.max(1, Math.min(room, points.length) - 1)),
  )
  const shown = [...new Set([...evenly, ...marked.keys()])].toSorted((left, right) => left - right)
  const byTime = Map.groupBy(shown, (index) => clockTime(new Date((points[index]?.[0] ?? 0) * 1000)))
  if (byTime.size < 2) return null
  const distinct = [...byTime].map(([time, indexes]) => {
    const index = indexes.find((one) => marked.has(one)) ?? indexes[0] ?? 0
    return { label: `${time} ${marked.get(index) ?? ''}`.trim(), value: points[index]?.[1] ?? 0 }
  })
  return { title: `${incidentId}: what the alert measures`, points: distinct }
}

function nearest(points: IncidentPicture['points'], seconds: number): number {
  const away = points.map(([at]) => Math.abs(at - seconds))
  return away.indexOf(Math.min(...away))
}
