import { escapeMarkup } from '../../../kernel/escape-markup.ts'
import type { Calibration, CalibrationBin } from './score-record.ts'

const SIZE = 520
const [LEFT, TOP, SIDE] = [80, 60, 380]
const FONT = "'DejaVu Sans',Verdana,sans-serif"
const x = (share: number): number => LEFT + share * SIDE
const y = (share: number): number => TOP + (1 - share) * SIDE

/**
 * A reliability diagram (Murphy and Winkler, 1977): what was said against how often it was so, with 95 % intervals. On
 * the dashed line a probability means what it says. The table that is printed beside it says the same in words.
 */
export function drawReliability({ bins, brier }: Calibration): string {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
  const title = `How often a named cause was right, n ${String(brier.n)}`
  const parts = [
    `<rect width="${String(SIZE)}" height="${String(SIZE)}" fill="#ffffff"/>`,
    words(20, 32, title, 'start', 17),
    ...ticks.flatMap((tick) => [
      `<path d="M${String(LEFT)} ${String(y(tick))}H${String(LEFT + SIDE)}" stroke="#d5dae0"/>`,
      words(LEFT - 8, y(tick) + 4, tick.toFixed(1), 'end'),
      words(x(tick), TOP + SIDE + 20, tick.toFixed(1), 'middle'),
    ]),
    words(LEFT + SIDE / 2, TOP + SIDE + 44, 'probability that was shown', 'middle'),
    words(LEFT, TOP - 10, 'share that was right', 'start'),
    `<path class="ideal" d="M${String(x(0))} ${String(y(0))}L${String(x(1))} ${String(y(1))}" stroke="#474e57" stroke-dasharray="6 5"/>`,
    ...bins.map(drawBin),
  ]
  const size = String(SIZE)
  const box = `width="${size}" height="${size}" viewBox="0 0 ${size} ${size}"`
  const label = `role="img" aria-label="${escapeMarkup(title)}" font-family="${FONT}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${label}>${parts.join('')}</svg>`
}

function drawBin({ meanProbability, confirmed }: CalibrationBin): string {
  const [at, value] = [x(meanProbability), y(confirmed.value)]
  return [
    `<path d="M${at.toFixed(1)} ${y(confirmed.low).toFixed(1)}V${y(confirmed.high).toFixed(1)}" stroke="#0b4f9c" stroke-width="2"/>`,
    `<circle class="bin" cx="${at.toFixed(1)}" cy="${value.toFixed(1)}" r="6" fill="#0b4f9c"/>`,
    words(at + 10, value - 8, `n ${String(confirmed.n)}`, 'start'),
  ].join('')
}

function words(left: number, top: number, text: string, anchor: string, size = 13): string {
  return `<text x="${left.toFixed(1)}" y="${top.toFixed(1)}" font-size="${String(size)}" text-anchor="${anchor}" fill="#1b1f24">${escapeMarkup(text)}</text>`
}
