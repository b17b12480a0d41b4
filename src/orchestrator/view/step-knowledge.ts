import type { Evidence } from '../../domain/evidence.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import type { StepKnowledge } from '../../summaries/describe-step.ts'

/** Which revision stands behind an entry of the deploy history, by the last look at what runs the service. */
export function stepKnowledge(evidence: readonly Evidence[]): StepKnowledge {
  const revisions = new Map<string, string>()
  for (const piece of evidence.filter((one) => one.kind === 'deploy_state')) {
    const history = piece.data['history']
    for (const entry of Array.isArray(history) ? (history as readonly Json[]) : []) {
      if (!isObject(entry)) continue
      const { id, revision } = entry
      if (typeof id === 'string' && typeof revision === 'string') revisions.set(id, revision)
    }
  }
  return { revisionOf: (historyId) => revisions.get(historyId) ?? null }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
