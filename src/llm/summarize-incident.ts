import { writeGrounded } from './write-grounded.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { GroundedText } from './write-grounded.ts'
import type { ModelDeps } from './ask-model.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

export interface SummarizeInput {
  readonly incidentId: string
  /** The facts summary that stands until then, and otherwise. */
  readonly facts: readonly SummarySentence[]
  readonly evidence: readonly Evidence[]
  /** Names of services. */
  readonly knownNames: readonly string[]
  /** Names a model may not bring up: people, playbooks. */
  readonly forbiddenNames: readonly string[]
}

const TIMEOUT_MS = 20_000
const FEWEST_SENTENCES = 2

/** The facts in better words, for the card; null: then the facts summary stands as it is. */
export function summarizeIncident(
  deps: ModelDeps,
  input: SummarizeInput,
  signal: AbortSignal,
): Promise<GroundedText | null> {
  const { facts, ...rest } = input
  return writeGrounded(
    deps,
    {
      ...rest,
      ...{ prompt: 'summarize-incident', usedFor: 'summary', origin: 'clock', timeoutMs: TIMEOUT_MS },
      isEnough: (kept, seen) => isWorthShowing(kept, facts, seen),
    },
    signal,
  )
}

/** What is left must still tell what the facts tell: a summary without the likely cause is a worse one. */
function isWorthShowing(
  kept: readonly SummarySentence[],
  facts: readonly SummarySentence[],
  evidence: readonly Evidence[],
): boolean {
  if (kept.length < FEWEST_SENTENCES) return false
  const cited = new Set(kept.flatMap((sentence) => sentence.evidence))
  const needed = (kind: Evidence['kind']) => {
    const told = new Set(facts.flatMap((sentence) => sentence.evidence))
    return evidence.filter((piece) => piece.kind === kind && told.has(piece.id))
  }
  return (['alert', 'change'] as const).every((kind) => {
    const pieces = needed(kind)
    return pieces.length === 0 || pieces.some((piece) => cited.has(piece.id))
  })
}
