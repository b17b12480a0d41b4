import { loadIncidentView } from '../load-incident-view.ts'
import { modelNames } from '../words/model-names.ts'
import { summarizeIncident } from '../../llm/summarize-incident.ts'
import type { Deps } from '../dependencies.ts'
import type { LanguageModel } from '../../ports/language-model.ts'

/** Better words for the facts, if the model brings some in time; the facts summary stands until then and otherwise. */
export async function writeModelSummary(
  deps: Deps,
  model: LanguageModel,
  incidentId: string,
  signal: AbortSignal,
): Promise<void> {
  const [view, evidence] = await Promise.all([
    loadIncidentView(deps, incidentId),
    deps.stores.evidence.list(incidentId),
  ])
  if (view === undefined) return
  const summary = await summarizeIncident(
    { model, log: deps.log, telemetry: deps.telemetry },
    {
      incidentId,
      facts: view.facts,
      evidence,
      ...modelNames(deps),
    },
    signal,
  )
  if (summary === null) return
  await deps.unitOfWork.run(async (stores) => {
    const findings = await stores.findings.get(incidentId)
    // Another look at the sources came first: these words are about facts that were replaced.
    if (findings.suspects[0]?.changeId !== view.suspects[0]?.changeId) return
    await stores.findings.save(incidentId, { summary: { source: 'model', sentences: summary.sentences } })
    await stores.audit.append([deps.seal(summary.record)])
    await stores.outbox.append([{ kind: 'card', incidentId, priority: 'chatter' }])
  })
}
