import { renderPost } from './render-post.ts'
import type { PictureChart } from '../../../domain/picture-chart.ts'
import type { SlackMessage } from './render-card.ts'

const LONGEST_TITLE = 50
const LONGEST_LABEL = 20

/** Slack's own chart, where no file can be posted; its words stand below it. Its labels are ours, never data. */
export function renderChart({ title, points }: PictureChart, words: string): SlackMessage {
  const data = points.map(({ label, value }) => ({ label: label.slice(0, LONGEST_LABEL), value }))
  const chart = {
    type: 'line',
    series: [{ name: 'measured', data }],
    axis_config: { categories: data.map(({ label }) => label) },
  }
  const { text, blocks } = renderPost(words, null)
  const block = { type: 'data_visualization', title: title.slice(0, LONGEST_TITLE), chart }
  return { text, blocks: [block as unknown as SlackMessage['blocks'][number], ...blocks] }
}
