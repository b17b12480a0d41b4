import { AppError } from '../../kernel/errors.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { LanguageModel } from '../../ports/language-model.ts'

const REMEDY =
  'Check OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL; without them Countersign works with its facts summaries.'

/** For `doctor`: does the model answer a question of one word? Costs a few tokens. */
export async function checkModel(model: LanguageModel, signal: AbortSignal): Promise<ConnectorHealth> {
  try {
    const answer = await model.complete(
      {
        purpose: 'doctor',
        system: 'Answer with JSON only.',
        user: 'Answer {"ok":true} as JSON.',
        answerSchema: {
          type: 'object',
          additionalProperties: false,
          required: ['ok'],
          properties: { ok: { type: 'boolean' } },
        },
        maxOutputTokens: 50,
      },
      signal,
    )
    return { ok: true, detail: `The language model answers as ${answer.model}.`, remedy: '' }
  } catch (cause) {
    const detail = cause instanceof AppError ? cause.message : 'The language model could not be asked.'
    return { ok: false, detail, remedy: REMEDY }
  }
}
