import { askSource, failedAnswer } from './ask-source.ts'
import { factText } from './evidence-text.ts'
import { findService } from '../../domain/service-catalog.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import type { Answer } from './ask-source.ts'
import type { Deps } from '../dependencies.ts'
import type { EvidenceQuestion, EvidenceSource } from '../../ports/evidence-source.ts'
import type { Focus } from './focus.ts'
import type { Incident } from '../../domain/incident.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const TIMEOUT_MS = 5_000
const BEFORE_MS = 60 * 60_000
const MOST_FACTS = 12
/** Before and after stand no dates that can be stored and read again. */
const FIRST_MS = 0
const LAST_MS = Date.UTC(10_000, 0) - 1
/** Pieces are indexed by their key, and PostgreSQL indexes nothing longer than some 2,700 bytes. */
const LONGEST_KEY = 400

/** What other systems know of the incident. Nothing is decided by it: a system that does not answer is only named. */
export async function sourceEvidence(
  deps: Deps,
  incident: Incident,
  focus: Focus,
  signal: AbortSignal,
): Promise<readonly Answer<readonly NewEvidence[]>[]> {
  const services = focus.asked.flatMap((name) => findService(deps.catalog, name) ?? [])
  const since = new Date(incident.onsetAt.getTime() - BEFORE_MS)
  const question = { incidentId: incident.id, services, since }
  return (await Promise.all(deps.evidenceSources.map((source) => askOne(deps, source, question, signal)))).flat()
}

async function askOne(
  deps: Deps,
  source: EvidenceSource,
  question: EvidenceQuestion,
  signal: AbortSignal,
): Promise<readonly Answer<readonly NewEvidence[]>[]> {
  const asked = await askSource(deps, source.name, { timeoutMs: TIMEOUT_MS, signal }, (deadline) =>
    source.gather(question, deadline),
  )
  if (!asked.ok) return [asked]
  const found = asked.value.flatMap((part) => (part.status === 'fulfilled' ? part.value : []))
  const dated = found.filter(({ at }) => at.getTime() >= FIRST_MS && at.getTime() <= LAST_MS)
  const value = dated.slice(0, MOST_FACTS).map((one) => ({
    ...one,
    key: oneLineText(one.key, LONGEST_KEY),
    incidentId: question.incidentId,
    source: source.name,
    fact: factText(one.fact),
  }))
  const failures = asked.value.flatMap((part) =>
    part.status === 'rejected' ? [failedAnswer(deps, source.name, part.reason)] : [],
  )
  return [{ ok: true, value }, ...failures]
}
