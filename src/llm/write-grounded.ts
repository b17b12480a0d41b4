import { z } from 'zod'
import { checkGrounding } from '../summaries/check-grounding.ts'
import { askModel } from './ask-model.ts'
import { boundedEvidence } from './bounded-evidence.ts'
import { modelUse } from './model-use.ts'
import { fenceUntrusted } from './fence-untrusted.ts'
import { loadPrompt } from './prompt-library.ts'
import { parseModelJson } from './parse-model-json.ts'
import { redactText } from '../audit/redact.ts'
import { evidenceTools, spanOf } from './evidence-tools.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { Grounding } from '../summaries/check-grounding.ts'
import type { ModelAnswer, ModelRequest, ReadingTool } from '../ports/language-model.ts'
import type { ModelDeps } from './ask-model.ts'
import type { Prompt } from './prompt-library.ts'
import type { SummarySentence } from '../domain/incident-view.ts'
import type { Origin } from '../domain/surface.ts'

export interface GroundedInput {
  readonly incidentId: string
  /** Which file of `prompts/`. */
  readonly prompt: string
  /** For the record: `summary`, `handover`. */
  readonly usedFor: string
  readonly origin: Origin
  readonly evidence: readonly Evidence[]
  /** A person's question: fenced like all that others wrote. */
  readonly question?: string
  /** Names of services. */
  readonly knownNames: readonly string[]
  /** Names a model may not bring up: people, playbooks. */
  readonly forbiddenNames: readonly string[]
  readonly timeoutMs: number
  /** Whether what is left of the answer is worth showing. */
  readonly isEnough: (sentences: readonly SummarySentence[], seen: readonly Evidence[]) => boolean
}

export interface GroundedText {
  readonly sentences: readonly SummarySentence[]
  /** How many sentences were left out. */
  readonly dropped: number
  /** For the audit log: model, prompt and the hashes of what went in and came out. */
  readonly record: AuditRecord
}

/** The answer of every prompt that writes: sentences, each with what it rests on. */
export const SentencesAnswer = z.strictObject({
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

/** The same as it may come: what is wrong with one sentence costs that sentence, and is counted. */
const AnyAnswer = z.strictObject({
  sentences: z
    .array(z.strictObject({ text: z.string().max(5_000), evidence: z.array(z.string().max(200)).max(50) }))
    .min(1)
    .max(60),
})
const MOST_SENTENCES = 6

/**
 * The one way in which a model writes, whatever for; null: then the facts stand as they are. What the model sees is
 * fenced and redacted, what it answers is parsed and every sentence checked against what it cites. Nothing of it is
 * executed, and nothing waits for it.
 */
export async function writeGrounded(
  deps: ModelDeps,
  input: GroundedInput,
  signal: AbortSignal,
): Promise<GroundedText | null> {
  const prompt = await loadPrompt(input.prompt)
  const evidence = boundedEvidence(input.evidence)
  const lookedUp: string[] = []
  const request = buildRequest(prompt, input, evidence, lookedUp)
  const answer = await askModel(deps, request, input.timeoutMs, signal)
  if (answer === null) return null
  const parsed = parseModelJson(answer.text, AnyAnswer)
  if (parsed === undefined) return refuse(deps, input, 'malformed')
  const names = { known: input.knownNames, forbidden: input.forbiddenNames }
  const citable = input.question === undefined ? evidence : input.evidence
  const grounding = firstOf(checkGrounding(parsed.sentences, citable, names))
  for (const { reason } of grounding.dropped) deps.telemetry.count('model_sentences_dropped', { reason })
  if (!input.isEnough(grounding.kept, evidence)) return refuse(deps, input, 'ungrounded')
  deps.telemetry.count('model_calls', { purpose: input.prompt, outcome: 'used' })
  return {
    sentences: grounding.kept,
    dropped: grounding.dropped.length,
    record: recordOf(input, prompt, { seen: [request.user, ...lookedUp], answer, grounding }),
  }
}

/** Six sentences are what was asked for. */
function firstOf({ kept, dropped }: Grounding): Grounding {
  const others = kept.slice(MOST_SENTENCES).map(({ text }) => ({ text, reason: 'too_many' as const, what: '' }))
  return { kept: kept.slice(0, MOST_SENTENCES), dropped: [...dropped, ...others] }
}

function buildRequest(
  prompt: Prompt,
  input: GroundedInput,
  evidence: readonly Evidence[],
  lookedUp: string[],
): ModelRequest {
  const spans = evidence.map(spanOf)
  const asked = input.question === undefined ? [] : [redactText(input.question).value]
  const questions = asked.map((text) => ({ kind: 'question' as const, id: 'Q-1', text }))
  return {
    purpose: prompt.name,
    incidentId: input.incidentId,
    system: prompt.system,
    user: `Evidence:\n${fenceUntrusted([...spans, ...questions])}`,
    answerSchema: prompt.answer,
    maxOutputTokens: prompt.maxOutputTokens,
    // A question may need what the prompt has no room for.
    ...(input.question === undefined ? {} : { tools: noting(evidenceTools(input.evidence), lookedUp) }),
  }
}

/** What the model was handed on the way belongs to what it went by. */
function noting(tools: readonly ReadingTool[], lookedUp: string[]): readonly ReadingTool[] {
  return tools.map((tool) => ({
    ...tool,
    run: (argument) => {
      const found = tool.run(argument)
      lookedUp.push(found)
      return found
    },
  }))
}

function refuse(deps: ModelDeps, input: GroundedInput, outcome: 'malformed' | 'ungrounded'): null {
  deps.telemetry.count('model_calls', { purpose: input.prompt, outcome })
  deps.log.warn({ incidentId: input.incidentId, outcome }, "the model's answer is not used; the facts stand")
  return null
}

interface Writing {
  /** The prompt's own part and whatever was looked up, in order. */
  readonly seen: readonly string[]
  readonly answer: ModelAnswer
  readonly grounding: Grounding
}

function recordOf(input: GroundedInput, prompt: Prompt, { seen, answer, grounding }: Writing): AuditRecord {
  return {
    ...modelUse(prompt, answer, seen, input.usedFor),
    event: 'summary.written',
    origin: input.origin,
    outcome: 'success',
    incidentId: input.incidentId,
    target: { system: 'countersign', resource: input.incidentId, environment: null },
    details: { kept: grounding.kept.length, dropped: grounding.dropped.length },
  }
}
