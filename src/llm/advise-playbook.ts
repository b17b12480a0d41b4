import { z } from 'zod'
import { askModel } from './ask-model.ts'
import { boundedEvidence } from './bounded-evidence.ts'
import { checkGrounding } from '../summaries/check-grounding.ts'
import { fenceUntrusted } from './fence-untrusted.ts'
import { loadPrompt } from './prompt-library.ts'
import { modelUse } from './model-use.ts'
import { parseModelJson } from './parse-model-json.ts'
import { percent } from '../kernel/percent.ts'
import { redactText } from '../audit/redact.ts'
import { spanOf } from './evidence-tools.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { FittingPlaybook } from '../playbooks/shortlist-playbooks.ts'
import type { ModelDeps } from './ask-model.ts'
import type { ModelRequest } from '../ports/language-model.ts'
import type { Prompt } from './prompt-library.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

export interface AdviseInput {
  readonly incidentId: string
  /** What may be proposed anyway, in the order of the facts; at least two. */
  readonly candidates: readonly FittingPlaybook[]
  readonly evidence: readonly Evidence[]
  /** Names of services. */
  readonly knownNames: readonly string[]
  /** Names a model may not bring up: people, playbooks. */
  readonly forbiddenNames: readonly string[]
}

export interface GivenAdvice {
  /** Names of all candidates, the best first. */
  readonly order: readonly string[]
  readonly reason: SummarySentence
  readonly model: string
  readonly record: AuditRecord
}

/** A proposal waits for it, once for each set of facts: not longer than a person would. */
const TIMEOUT_MS = 5_000
const PROMPT = 'advise-playbook'

/** The answer: the ids of the playbooks as they were given, in another order or the same, and one sentence. */
export const AdviceAnswer = z.strictObject({
  order: z.array(z.string().min(1).max(10)).min(2).max(20),
  reason: z.strictObject({
    text: z.string().min(1).max(300),
    evidence: z.array(z.string().min(1).max(40)).min(1).max(6),
  }),
})

/**
 * A model may put what the facts allow into another order, with a reason that stands in the evidence, and nothing else;
 * null: then the order stays as it is. It sees neither arguments nor targets, and nothing that it writes is executed.
 */
export async function advisePlaybook(
  deps: ModelDeps,
  input: AdviseInput,
  signal: AbortSignal,
): Promise<GivenAdvice | null> {
  const prompt = await loadPrompt(PROMPT)
  const evidence = boundedEvidence(input.evidence)
  const request = requestOf(prompt, input, evidence)
  const answer = await askModel(deps, request, TIMEOUT_MS, signal)
  if (answer === null) return null
  const parsed = parseModelJson(answer.text, AdviceAnswer)
  if (parsed === undefined) return refuse(deps, input, 'malformed')
  const order = namesInOrder(parsed.order, input.candidates)
  if (order === undefined) return refuse(deps, input, 'no_permutation')
  const names = { known: input.knownNames, forbidden: input.forbiddenNames }
  const { kept, dropped } = checkGrounding([parsed.reason], evidence, names)
  for (const { reason } of dropped) deps.telemetry.count('model_sentences_dropped', { reason })
  const [reason] = kept
  if (reason === undefined) return refuse(deps, input, 'ungrounded')
  deps.telemetry.count('model_calls', { purpose: PROMPT, outcome: 'used' })
  const record: AuditRecord = {
    ...modelUse(prompt, answer, [request.user], 'advice'),
    ...{ event: 'advice.given', origin: 'clock', outcome: 'success', incidentId: input.incidentId },
    target: { system: 'countersign', resource: input.incidentId, environment: null },
    details: { given: input.candidates.map(({ playbook }) => playbook.name), order, reason: reason.text },
  }
  return { order, reason, model: answer.model, record }
}

function requestOf(prompt: Prompt, { incidentId, candidates }: AdviseInput, evidence: readonly Evidence[]) {
  const choices = candidates.map(({ playbook, reasons, confidence }, index) => {
    const why = `${reasons.join(' ')} It would help with ${percent(confidence)}.`
    const text = redactText(`${playbook.name}: ${playbook.title}. ${why}`).value
    return { kind: 'playbook' as const, id: idAt(index), text }
  })
  const request: ModelRequest = {
    ...{ purpose: prompt.name, incidentId, system: prompt.system, answerSchema: prompt.answer },
    user: `Playbooks and evidence:\n${fenceUntrusted([...choices, ...evidence.map(spanOf)])}`,
    maxOutputTokens: prompt.maxOutputTokens,
  }
  return request
}

/** Each of the ids that were given once, and no other; undefined for anything else. */
function namesInOrder(order: readonly string[], candidates: readonly FittingPlaybook[]): readonly string[] | undefined {
  const names = new Map(candidates.map(({ playbook }, index) => [idAt(index), playbook.name]))
  const isPermutation = order.length === names.size && new Set(order).size === names.size
  const chosen = order.flatMap((id) => names.get(id) ?? [])
  return isPermutation && chosen.length === names.size ? chosen : undefined
}

/** Ours and short: a name would be the model's to spell. */
function idAt(index: number): string {
  return `P-${String(index + 1)}`
}

function refuse({ telemetry, log }: ModelDeps, { incidentId }: AdviseInput, outcome: string): null {
  telemetry.count('model_calls', { purpose: PROMPT, outcome })
  log.warn({ incidentId, outcome }, "the model's advice is not used; the order stands")
  return null
}
