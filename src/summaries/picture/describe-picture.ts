import { clockTime } from '../wording.ts'
import { printValue } from '../../kernel/print-value.ts'
import type { IncidentPicture } from './incident-picture.ts'

/** The picture in words, for who cannot see it and for where none can be shown: range, before and now, and each mark. */
export function describePicture(picture: IncidentPicture): string {
  const { points, unit, limit, onsetAt, suspects, quietSince } = picture
  const values = points.map(([, value]) => value)
  const say = (value: number) => printValue(value, unit)
  const [last = [0, 0]] = points.slice(-1)
  const onset = onsetAt.getTime() / 1000
  const before = points.filter(([at]) => at < onset).map(([, value]) => value)
  const usual =
    before.length === 0 ? '' : ` Before the onset between ${say(Math.min(...before))} and ${say(Math.max(...before))}.`
  const alarm = limit === null ? '' : ` The alert fires when it is ${limit.text}.`
  const marks = suspects.map(({ letter, text }) => `${letter}: ${text}`).join('; ')
  const told = marks === '' ? 'No change is suspected.' : `Suspected: ${marks}.`
  const measured = `${say(last[1])} at ${clockTime(new Date(last[0] * 1000))}, highest ${say(Math.max(...values))}.`
  const quiet = quietSince === null ? '' : ` No alert fires any more since ${clockTime(quietSince)}.`
  return `${picture.title}. ${picture.subtitle}: ${measured}${usual}${alarm} Onset at ${clockTime(onsetAt)}.${quiet} ${told}`
}
