import { clockTime } from '../wording.ts'
import { describePicture } from './describe-picture.ts'
import { escapeMarkup } from '../../kernel/escape-markup.ts'
import { PICTURE_WIDTH, PLOT_BOTTOM, PLOT_TOP, scaleOf } from './picture-scale.ts'
import { printValue } from '../../kernel/print-value.ts'
import type { IncidentPicture, PictureMark } from './incident-picture.ts'
import type { PictureScale } from './picture-scale.ts'

const LEGEND_TOP = 372
const LEGEND_LINE = 24
const BADGE = 10
/** Where the letters stand: above the plot, in as many rows as it takes for none to cover another. */
const BADGE_Y = 90
const ONSET_Y = 70
/** The typeface that the server draws with, and what browsers have. Ink on white holds 7:1 and more (WCAG 1.4.6). */
const FONT = "'DejaVu Sans',Verdana,sans-serif"
const INK = '#1b1f24'
const SOFT = '#474e57'
const GRID = '#d5dae0'
const SERIES = '#0b4f9c'
const ALARM = '#a3160f'
const CHANGE = '#7a3d00'
const QUIET = '#1b5e36'

/**
 * One picture that is read from the top: what is wrong, the line, a thick bar where it began, and a lettered dashed line
 * for each change, told in the legend, and a thin line where everything fell quiet. Each thing has a shape and words of its own, so that colour only repeats them.
 */
export function drawPicture(picture: IncidentPicture): string {
  const scale = scaleOf(picture)
  const height = LEGEND_TOP + LEGEND_LINE * (picture.suspects.length + 1) + 4
  const parts = [
    `<rect width="${print(PICTURE_WIDTH)}" height="${print(height)}" fill="#ffffff"/>`,
    words(20, 30, picture.title, { size: 18, weight: 'bold' }),
    words(20, 51, picture.subtitle, { fill: SOFT }),
    ...drawOnset(picture, scale),
    ...drawAxes(picture, scale),
    ...drawLimit(picture, scale),
    ...drawSeries(picture, scale),
    ...drawSuspects(picture.suspects, scale),
    ...drawQuiet(picture, scale),
    drawNow(picture, scale),
    ...drawLegend(picture, scale),
  ]
  const label = escapeMarkup(describePicture(picture))
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${print(PICTURE_WIDTH)}" height="${print(height)}" ` +
    `viewBox="0 0 ${print(PICTURE_WIDTH)} ${print(height)}" role="img" aria-label="${label}" font-family="${FONT}">` +
    `${parts.join('')}</svg>`
  )
}

function drawAxes({ unit }: IncidentPicture, scale: PictureScale): readonly string[] {
  const values = scale.ticks.map(
    (value) =>
      line([scale.left, scale.y(value)], [scale.right, scale.y(value)], GRID) +
      words(scale.left - 8, scale.y(value) + 4, printValue(value), { anchor: 'end', fill: SOFT }),
  )
  const times = scale.times.map(
    (at) =>
      line([scale.x(at), PLOT_BOTTOM], [scale.x(at), PLOT_BOTTOM + 5], SOFT) +
      words(scale.x(at), PLOT_BOTTOM + 20, hourOf(at), { anchor: 'middle', fill: SOFT }),
  )
  const named = unit === '' ? [] : [words(8, PLOT_TOP - 10, unit, { fill: SOFT })]
  return [...values, ...times, ...named]
}

/** The time since the onset is shaded, and its bar named above the plot. */
function drawOnset({ onsetAt }: IncidentPicture, scale: PictureScale): readonly string[] {
  const seconds = onsetAt.getTime() / 1000
  if (!isInside(seconds, scale)) return []
  const x = scale.x(seconds)
  const isRight = x > PICTURE_WIDTH - 130
  return [
    `<rect x="${print(x)}" y="${print(PLOT_TOP)}" width="${print(scale.right - x)}" height="${print(PLOT_BOTTOM - PLOT_TOP)}" fill="#fdeceb"/>`,
    `<line class="onset" x1="${print(x)}" x2="${print(x)}" y1="${print(ONSET_Y - 8)}" y2="${print(PLOT_BOTTOM)}" stroke="${ALARM}" stroke-width="3"/>`,
    words(isRight ? x - 7 : x + 7, ONSET_Y, `onset ${hourOf(seconds)}`, {
      anchor: isRight ? 'end' : 'start',
      fill: ALARM,
      weight: 'bold',
    }),
  ]
}

function drawLimit({ limit }: IncidentPicture, scale: PictureScale): readonly string[] {
  if (limit === null || limit.value > scale.high || limit.value < scale.low) return []
  const y = scale.y(limit.value)
  return [
    `<line class="limit" x1="${print(scale.left)}" x2="${print(scale.right)}" y1="${print(y)}" y2="${print(y)}" stroke="${ALARM}" stroke-width="1.5" stroke-dasharray="2 5"/>`,
    words(scale.left + 6, y - 6, `alert when ${limit.text}`, { fill: ALARM }),
  ]
}

function drawSeries({ points }: IncidentPicture, scale: PictureScale): readonly string[] {
  const path = points
    .map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${print(scale.x(at))} ${print(scale.y(value))}`)
    .join('')
  return [
    `<path class="series" d="${path}" fill="none" stroke="${SERIES}" stroke-width="2.5" stroke-linejoin="round"/>`,
  ]
}

/** Above whatever line it stands on. */
function drawNow({ points, unit }: IncidentPicture, scale: PictureScale): string {
  const [last = [0, 0]] = points.slice(-1)
  const [x, y] = [scale.x(last[0]), scale.y(last[1])]
  const above = y - 12 < PLOT_TOP + 14 ? y + 24 : y - 12
  const look = { anchor: 'end', fill: SERIES, weight: 'bold', hasHalo: true } as const
  const dot = `<circle cx="${print(x)}" cy="${print(y)}" r="4.5" fill="${SERIES}"/>`
  return dot + words(x - 6, above, `now ${printValue(last[1], unit)}`, look)
}

function drawQuiet({ quietSince }: IncidentPicture, scale: PictureScale): readonly string[] {
  const seconds = (quietSince?.getTime() ?? 0) / 1000
  if (quietSince === null || !isInside(seconds, scale)) return []
  const x = scale.x(seconds)
  const said = `quiet ${hourOf(seconds)}`
  return [
    `<line class="quiet" x1="${print(x)}" x2="${print(x)}" y1="${print(PLOT_TOP)}" y2="${print(PLOT_BOTTOM)}" stroke="${QUIET}" stroke-width="2"/>`,
    words(x - 6, PLOT_TOP + 58, said, { anchor: 'end', fill: QUIET, weight: 'bold', hasHalo: true }),
  ]
}

function drawSuspects(suspects: readonly PictureMark[], scale: PictureScale): readonly string[] {
  const placed: number[] = []
  return suspects.flatMap(({ letter, at }) => {
    const seconds = at.getTime() / 1000
    if (!isInside(seconds, scale)) return []
    const x = scale.x(seconds)
    // Those beside each other step down into the plot.
    const row = placed.filter((other) => Math.abs(other - x) < BADGE * 2 + 2).length
    placed.push(x)
    const y = BADGE_Y + row * (BADGE * 2 + 2)
    return [
      `<line class="suspect" x1="${print(x)}" x2="${print(x)}" y1="${print(y)}" y2="${print(PLOT_BOTTOM)}" stroke="${CHANGE}" stroke-width="2" stroke-dasharray="7 5"/>`,
      drawBadge(letter, x, y),
    ]
  })
}

function drawLegend({ suspects, onsetAt, quietSince }: IncidentPicture, scale: PictureScale): readonly string[] {
  const rows = suspects.map((mark, index) => {
    const y = LEGEND_TOP + index * LEGEND_LINE
    const seconds = mark.at.getTime() / 1000
    const where = isInside(seconds, scale) ? '' : seconds < scale.from ? ' (earlier than drawn)' : ' (later than drawn)'
    return (
      drawBadge(mark.letter, 30, y) +
      words(48, y + 5, `${mark.text}${where}`, { weight: index === 0 ? 'bold' : 'normal' })
    )
  })
  const none = suspects.length === 0 ? 'No change is suspected. ' : ''
  const outside = isInside(onsetAt.getTime() / 1000, scale) ? '' : `Onset at ${clockTime(onsetAt)}, not drawn. `
  const quiet = quietSince === null ? '' : `No alert fires any more since ${clockTime(quietSince)}. `
  const foot = LEGEND_TOP + suspects.length * LEGEND_LINE + 5
  return [...rows, words(20, foot, `${none}${outside}${quiet}Times are UTC.`, { fill: SOFT })]
}

function drawBadge(letter: string, x: number, y: number): string {
  const disc = `<circle cx="${print(x)}" cy="${print(y)}" r="${print(BADGE)}" fill="${CHANGE}"/>`
  return disc + words(x, y + 4.5, letter, { anchor: 'middle', fill: '#ffffff', weight: 'bold' })
}

interface Look {
  readonly size?: number
  readonly fill?: string
  readonly weight?: 'bold' | 'normal'
  readonly anchor?: 'start' | 'middle' | 'end'
  /** White around it, where it may stand on a line. */
  readonly hasHalo?: boolean
}

function words(x: number, y: number, text: string, look: Look = {}): string {
  const { size = 13, fill = INK, weight = 'normal', anchor = 'start' } = look
  const halo = look.hasHalo === true ? ' stroke="#ffffff" stroke-width="4" paint-order="stroke"' : ''
  return `<text x="${print(x)}" y="${print(y)}" font-size="${print(size)}" font-weight="${weight}" text-anchor="${anchor}" fill="${fill}"${halo}>${escapeMarkup(text)}</text>`
}

function line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], stroke: string): string {
  return `<line x1="${print(x1)}" x2="${print(x2)}" y1="${print(y1)}" y2="${print(y2)}" stroke="${stroke}"/>`
}

function isInside(seconds: number, { from, to }: PictureScale): boolean {
  return seconds >= from && seconds <= to
}

function hourOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16)
}

/** A tenth of a pixel is enough. */
function print(value: number): string {
  return String(Math.round(value * 10) / 10)
}
