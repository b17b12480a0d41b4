import { sha256Hex } from '../kernel/sha256.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { ModelAnswer } from '../ports/language-model.ts'
import type { Prompt } from './prompt-library.ts'

/** For the audit log: which model answered which prompt, and the hashes of what went in and came out. */
export function modelUse(
  prompt: Pick<Prompt, 'name' | 'version' | 'hash'>,
  answer: ModelAnswer,
  /** Whatever the model was handed, in order. */
  seen: readonly string[],
  /** `summary`, `handover`, `advice`. */
  usedFor: string,
): Pick<AuditRecord, 'actor' | 'llm'> {
  return {
    actor: { type: 'llm', id: answer.model, name: answer.model },
    llm: {
      provider: 'openai-compatible',
      model: answer.model,
      promptTemplate: `${prompt.name}@${String(prompt.version)}`,
      promptTemplateHash: prompt.hash,
      inputHash: sha256Hex(seen.join('\n')),
      outputHash: sha256Hex(answer.text),
      inputTokens: answer.inputTokens,
      outputTokens: answer.outputTokens,
      usedFor,
    },
  }
}
