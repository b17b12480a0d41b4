import { html } from './html.ts'
import { valueScale } from '../../kernel/value-scale.ts'
import { printValue } from '../../kernel/print-value.ts'
import type { SafeHtml } from './html.ts'

export interface ChartMark {
  readonly at: Date
  readonly label: string
}

export interface ChartData {
  readonly title: string
  readonly unit: string
  /** [unix seconds, value], ascending. */
  readonly points: readonly (readonly [number, number])[]
  readonly marks: readonly ChartMark[]
}

const WIDTH = 640
const HEIGHT = 160
const LEFT = 48
const BOTTOM = 22
const TOP = 10
const LABEL_HEIGHT = 13

/** One line over time with the onset and the changes marked by line, letter and name; the text says what is drawn. */
export function renderChart(chart: ChartData): SafeHtml {
  const [first] = chart.points
  const last = chart.points.at(-1)
  if (first === undefined || last === undefined || last[0] <= first[0]) return html``
  const { low, high, ticks } = valueScale(chart.points.map(([, value]) => value))
  const x = (seconds: number): number => LEFT + ((seconds - first[0]) / (last[0] - first[0])) * (WIDTH - LEFT - 8)
  const y = (value: number): number => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM)
  const path = chart.points
    .map(([seconds, value], index) => `${index === 0 ? 'M' : 'L'}${x(seconds).toFixed(1)} ${y(value).toFixed(1)}`)
    .join(' ')
  const marks = chart.marks.filter(
    (mark) => mark.at.getTime() / 1000 >= first[0] && mark.at.getTime() / 1000 <= last[0],
  )
  return html`<figure class="chart">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${describeChart(chart)}">
      ${ticks.map((value) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(value)}" y2="${y(value)}" /><text class="axis" x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${printValue(value)}</text>`)}
      <text class="axis" x="${LEFT}" y="${HEIGHT - 6}">${clock(first[0])}</text>
      <text class="axis" x="${WIDTH - 8}" y="${HEIGHT - 6}" text-anchor="end">${clock(last[0])} UTC</text>
      <path class="series" d="${path}" />
      ${marks.map((mark, index) => renderMark(mark.label, x(mark.at.getTime() / 1000), index))}
    </svg>
    <figcaption>${chart.title}${chart.unit === '' ? '' : ` (${chart.unit})`}</figcaption>
  </figure>`
}

/** Labels stand one below the other, and to the left of their line on the right half, so that none covers another. */
function renderMark(label: string, at: number, index: number): SafeHtml {
  const isRight = at > (LEFT + WIDTH) / 2
  const y = TOP + 8 + index * LABEL_HEIGHT
  return html`<line class="mark" x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" />
    <text class="mark" x="${isRight ? at - 4 : at + 4}" y="${y}" text-anchor="${isRight ? 'end' : 'start'}"
      >${label}</text
    >`
}

/** The text alternative: range, last value and what is marked when. */
function describeChart(chart: ChartData): string {
  const values = chart.points.map(([, value]) => value)
  const last = chart.points.at(-1)
  if (last === undefined) return `${chart.title}: no data.`
  const marks = chart.marks.map((mark) => `${mark.label} at ${clock(mark.at.getTime() / 1000)} UTC`).join(', ')
  const range = `between ${printValue(Math.min(...values))} and ${printValue(Math.max(...values))}`
  return `${chart.title}: ${range}, last ${printValue(last[1])} at ${clock(last[0])} UTC.${marks === '' ? '' : ` Marked: ${marks}.`}`
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16)
}
