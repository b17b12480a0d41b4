import { completeInTime } from './complete-in-time.ts'
import type { LanguageModel, ModelAnswer, ModelRequest } from '../ports/language-model.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Telemetry } from '../ports/telemetry.ts'

export interface ModelDeps {
  readonly model: LanguageModel
  readonly log: Logger
  readonly telemetry: Telemetry
}

/** Null when no answer came in time, which is counted: whoever asks goes on by the facts. */
export async function askModel(
  deps: ModelDeps,
  request: ModelRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ModelAnswer | null> {
  try {
    return await completeInTime(deps.model, request, timeoutMs, signal)
  } catch (error) {
    deps.telemetry.count('model_calls', { purpose: request.purpose, outcome: 'failed' })
    deps.log.warn({ incidentId: request.incidentId, error }, 'the model gave no answer; the facts stand')
    return null
  }
}
