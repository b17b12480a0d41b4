import { askSource } from './ask-source.ts'
import { factText } from './evidence-text.ts'
import { fillServices } from './fill-services.ts'
import { plural } from '../../summaries/wording.ts'
import { reduceLogLines } from '../../summaries/logs/reduce-log-lines.ts'
import type { Answer } from './ask-source.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const TIMEOUT_MS = 5_000
const BEFORE_MS = 5 * 60_000
const AFTER_MS = 15 * 60_000
const MOST_LINES = 1_000
const MOST_TEMPLATES = 3

/** What the failing service's log says around the onset, as templates with counts; nothing where no source is configured. */
export async function logEvidence(
  deps: Deps,
  incident: Incident,
  signal: AbortSignal,
): Promise<readonly Answer<readonly NewEvidence[]>[]> {
  const { logs, settings } = deps
  const { logQuery: query } = settings
  const { service } = incident
  if (logs === null || query === null || service === null) return []
  const answer = await askSource(deps, 'the logs', { timeoutMs: TIMEOUT_MS, signal }, async (deadline) => {
    const from = new Date(incident.onsetAt.getTime() - BEFORE_MS)
    const to = new Date(Math.min(deps.clock.now().getTime(), incident.onsetAt.getTime() + AFTER_MS))
    const lines = await logs.readLines(fillServices(query, [service]), from, to, MOST_LINES, deadline)
    const templates = reduceLogLines(lines.map(({ text }) => text)).slice(0, MOST_TEMPLATES)
    return templates.map(({ template, count, example }, index): NewEvidence => {
      const at = lines[0]?.at ?? deps.clock.now()
      const fact = `${plural(count, 'line')} of ${String(lines.length)} in the log of ${service}: ${template}`
      const data = { service, count, example: factText(example) }
      return {
        ...{ incidentId: incident.id, key: `logs:${String(index)}`, kind: 'note', source: 'logs', at, url: null },
        ...{ fact: factText(fact), data },
      }
    })
  })
  return [answer]
}
