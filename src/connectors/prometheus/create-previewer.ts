import { noFacts, readOrSay } from '../shared/step-facts.ts'
import { parseAssertArguments } from './assert-arguments.ts'
import type { ActionPreviewer } from '../../ports/action-previewer.ts'
import type { Metrics } from '../../ports/metrics.ts'

const CALL_MS = 5_000
const SOURCE = 'Prometheus'
const MOST_SERIES = 5

/** What a check measures now, before anything is done: its query's newest value, one for each series. */
export function createPreviewer(metrics: Metrics): ActionPreviewer {
  return {
    source: SOURCE,
    actions: ['prometheus/assert'],
    preview: async ({ input }, signal) => {
      const { query } = parseAssertArguments(input.with)
      const read = await readOrSay('The current value', CALL_MS, signal, (deadline) =>
        metrics.queryInstant(query, deadline),
      )
      if (!read.ok) return { ...noFacts(SOURCE), unread: [read.why] }
      const values = read.value.flatMap((series) => series.points.slice(-1).map(([, value]) => value))
      const numbers = values.filter((value) => Number.isFinite(value)).slice(0, MOST_SERIES)
      return { ...noFacts(SOURCE), reading: { values: numbers } }
    },
  }
}
