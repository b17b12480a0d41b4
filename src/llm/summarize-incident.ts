import { z } from 'zod'
import { checkGrounding } from '../summaries/check-grounding.ts'
import { completeInTime } from './complete-in-time.ts'
import { fenceUntrusted } from './fence-untrusted.ts'
import { loadPrompt } from './prompt-library.ts'
import { parseModelJson } from './parse-model-json.ts'
import { redactText } from '../audit/redact.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { Grounding } from '../summaries/check-grounding.ts'
import type { LanguageModel, ModelAnswer, ModelRequest } from '../ports/language-model.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Prompt } from './prompt-library.ts'
import type { SummarySentence } from '../domain/incident-view.ts'
import type { Telemetry } from '../ports/telemetry.ts'

export interface SummarizeDeps {
  readonly model: LanguageModel
  readonly log: Logger
  readonly telemetry: Telemetry
}

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

export interface ModelSummary {
  readonly sentences: readonly SummarySentence[]
  /** For the audit log: model, prompt and the hashes of what went in and came out. */
  readonly record: AuditRecord
}

export const SUMMARY_PROMPT = 'summarize-incident'
const TIMEOUT_MS = 20_000
const MOST_EVIDENCE = 25
const MOST_CHARACTERS = 12_000
const FEWEST_SENTENCES = 2

export const SummaryAnswer = z.strictObject({
  sentences: z
    .array(
      z.strictObject({
        text: z.string().min(1).max(300),
        evidence: z.array(z.string().min(1).max(40)).min(1).max(6),
      }),
    )
    .min(1)
    .max(6),
})

/**
 * The facts in better words, or null: then the facts summary stands as it is. What the model sees is fenced and
 * redacted, what it answers is parsed and every sentence checked against what it cites. Nothing of it is executed,
 * and nothing waits for it.
 */
export async function summarizeIncident(
  deps: SummarizeDeps,
  input: SummarizeInput,
  signal: AbortSignal,
): Promise<ModelSummary | null> {
  const prompt = await loadPrompt(SUMMARY_PROMPT)
  const evidence = boundedEvidence(input.evidence)
  const request = buildRequest(prompt, evidence)
  const answer = await ask(deps, request, input.incidentId, signal)
  if (answer === null) return null
  const parsed = parseModelJson(answer.text, SummaryAnswer)
  if (parsed === undefined) return refuse(deps, input, 'malformed')
  const names = { known: input.knownNames, forbidden: input.forbiddenNames }
  const grounding = checkGrounding(parsed.sentences, evidence, names)
  for (const { reason } of grounding.dropped) deps.telemetry.count('model_sentences_dropped', { reason })
  if (!isWorthShowing(grounding, input.facts, evidence)) return refuse(deps, input, 'ungrounded')
  deps.telemetry.count('model_calls', { purpose: SUMMARY_PROMPT, outcome: 'used' })
  return { sentences: grounding.kept, record: recordOf(input, prompt, request, answer, grounding) }
}

/** Newest last in the store; what a summary rests on most comes first here. Charts are not for a prompt. */
function boundedEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  const order: readonly Evidence['kind'][] = ['alert', 'metric', 'change', 'deploy_state', 'history', 'note']
  const sorted = evidence.toSorted((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind))
  let size = 0
  return sorted.slice(0, MOST_EVIDENCE).filter((piece) => {
    size += piece.fact.length
    return size <= MOST_CHARACTERS
  })
}

function buildRequest(prompt: Prompt, evidence: readonly Evidence[]): ModelRequest {
  const spans = evidence.map((piece) => ({
    kind: 'evidence' as const,
    id: piece.id,
    text: redactText(`${piece.kind}, from ${piece.source}, at ${piece.at.toISOString()}: ${piece.fact}`).value,
  }))
  return {
    purpose: prompt.name,
    system: prompt.system,
    user: `Evidence:\n${fenceUntrusted(spans)}`,
    answerSchema: prompt.answer,
    maxOutputTokens: prompt.maxOutputTokens,
  }
}

async function ask(
  deps: SummarizeDeps,
  request: ModelRequest,
  incidentId: string,
  signal: AbortSignal,
): Promise<ModelAnswer | null> {
  try {
    return await completeInTime(deps.model, request, TIMEOUT_MS, signal)
  } catch (error) {
    deps.telemetry.count('model_calls', { purpose: request.purpose, outcome: 'failed' })
    deps.log.warn({ incidentId, error }, 'the model gave no answer; the facts summary stands')
    return null
  }
}

function refuse(deps: SummarizeDeps, input: SummarizeInput, outcome: 'malformed' | 'ungrounded'): null {
  deps.telemetry.count('model_calls', { purpose: SUMMARY_PROMPT, outcome })
  deps.log.warn({ incidentId: input.incidentId, outcome }, "the model's answer is not used; the facts summary stands")
  return null
}

/** What is left must still tell what the facts tell: a summary without the likely cause is a worse one. */
function isWorthShowing(
  grounding: Grounding,
  facts: readonly SummarySentence[],
  evidence: readonly Evidence[],
): boolean {
  if (grounding.kept.length < FEWEST_SENTENCES) return false
  const cited = new Set(grounding.kept.flatMap((sentence) => sentence.evidence))
  const needed = (kind: Evidence['kind']) => {
    const told = new Set(facts.flatMap((sentence) => sentence.evidence))
    return evidence.filter((piece) => piece.kind === kind && told.has(piece.id))
  }
  return (['alert', 'change'] as const).every((kind) => {
    const pieces = needed(kind)
    return pieces.length === 0 || pieces.some((piece) => cited.has(piece.id))
  })
}

function recordOf(
  input: SummarizeInput,
  prompt: Prompt,
  request: ModelRequest,
  answer: ModelAnswer,
  grounding: Grounding,
): AuditRecord {
  return {
    event: 'summary.written',
    actor: { type: 'llm', id: answer.model, name: answer.model },
    origin: 'clock',
    outcome: 'success',
    incidentId: input.incidentId,
    llm: {
      provider: 'openai-compatible',
      model: answer.model,
      promptTemplate: `${prompt.name}@${String(prompt.version)}`,
      promptTemplateHash: prompt.hash,
      inputHash: sha256Hex(request.user),
      outputHash: sha256Hex(answer.text),
      inputTokens: answer.inputTokens,
      outputTokens: answer.outputTokens,
      usedFor: 'summary',
    },
    details: {
      kept: grounding.kept.length,
      dropped: grounding.dropped.length,
    },
  }
}
