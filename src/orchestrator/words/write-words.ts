import { modelNames } from './model-names.ts'
import { recordPieces } from './record-pieces.ts'
import { writeGrounded } from '../../llm/write-grounded.ts'
import type { Deps } from '../dependencies.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { GroundedText } from '../../llm/write-grounded.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { Origin } from '../../domain/surface.ts'
import type { TimelineEntry } from '../../domain/timeline.ts'

export interface WordsWish {
  /** Which prompt. */
  readonly prompt: 'handover' | 'status-update' | 'postmortem' | 'answer-question'
  readonly view: IncidentView
  readonly evidence: readonly Evidence[]
  readonly timeline: readonly TimelineEntry[]
  readonly question?: string
  readonly origin: Origin
}

/** Somebody waits for the answer, and the facts are there at once: longer than this nobody would. */
const TIMEOUT_MS = 8_000
/** A question may take several looks at the record. */
const QUESTION_TIMEOUT_MS = 15_000

/** A model's words for what somebody asked for, on record; null where there is no model or nothing of it holds. */
export async function writeWords(deps: Deps, wish: WordsWish): Promise<GroundedText | null> {
  const { prompt, view, evidence, timeline, question, origin } = wish
  if (deps.model === null) return null
  const timeoutMs = question === undefined ? TIMEOUT_MS : QUESTION_TIMEOUT_MS
  const text = await writeGrounded(
    { model: deps.model, log: deps.log, telemetry: deps.telemetry },
    {
      ...{ incidentId: view.id, prompt, usedFor: prompt, origin, timeoutMs },
      ...modelNames(deps),
      evidence: [...evidence, ...recordPieces(view, timeline)],
      ...(question === undefined ? {} : { question }),
      isEnough: (kept) => kept.length > 0,
    },
    AbortSignal.timeout(timeoutMs),
  )
  if (text !== null) await deps.stores.audit.append([deps.seal(text.record)])
  return text
}
