import { drawBlastGraph } from '../../domain/blast-graph.ts'
import { html } from './html.ts'
import type { BlastGraph } from '../../domain/blast-graph.ts'
import type { SafeHtml } from './html.ts'

const BOX_WIDTH = 150
const BOX_HEIGHT = 28
const COLUMN = 200
const ROW = 40
const MARGIN = 8
const LONGEST_NAME = 20
const MOST_ROWS = 12

interface Placed {
  readonly name: string
  readonly x: number
  readonly y: number
}

/**
 * The services that a plan disturbs: what is acted on at the left, in a double frame, and to its right what needs it,
 * joined by lines. Frames and words say all of it; the text below is the same drawing for who does not see it.
 */
export function renderBlast(graph: BlastGraph): SafeHtml {
  const words = drawBlastGraph(graph, MOST_ROWS)
  if (words === '') return html`<p>Disturbs nothing while it runs.</p>`
  const placed = graph.layers.flatMap(place)
  const rows = Math.min(MOST_ROWS, Math.max(...graph.layers.map((layer) => layer.length)))
  const width = (graph.layers.length - 1) * COLUMN + BOX_WIDTH + 2 * MARGIN
  const height = (rows - 1) * ROW + BOX_HEIGHT + 2 * MARGIN
  return html`<figure class="chart blast">
    <svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="Disturbed services: ${words}">
      ${graph.edges.map((edge) => renderEdge(edge, placed))} ${placed.map((box) => renderBox(box, box.x === MARGIN))}
    </svg>
    <figcaption>Disturbs ${words}. On the right of an arrow stands what needs what is on its left.</figcaption>
  </figure>`
}

function place(layer: readonly string[], column: number): readonly Placed[] {
  return layer.slice(0, MOST_ROWS).map((name, row) => ({ name, x: MARGIN + column * COLUMN, y: MARGIN + row * ROW }))
}

function renderEdge(edge: BlastGraph['edges'][number], placed: readonly Placed[]): SafeHtml {
  const from = placed.find(({ name }) => name === edge.service)
  const to = placed.find(({ name }) => name === edge.dependant)
  if (from === undefined || to === undefined) return html``
  const middle = BOX_HEIGHT / 2
  return html`<line
    class="edge"
    x1="${from.x + BOX_WIDTH}"
    y1="${from.y + middle}"
    x2="${to.x}"
    y2="${to.y + middle}"
  />`
}

function renderBox({ name, x, y }: Placed, isActedOn: boolean): SafeHtml {
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name
  return html`<rect class="box" x="${x}" y="${y}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" />
    ${isActedOn ? html`<rect class="box" x="${x + 3}" y="${y + 3}" width="${BOX_WIDTH - 6}" height="${BOX_HEIGHT - 6}" />` : ''}
    <text class="name" x="${x + BOX_WIDTH / 2}" y="${y + BOX_HEIGHT / 2 + 4}" text-anchor="middle">${shown}</text>`
}
