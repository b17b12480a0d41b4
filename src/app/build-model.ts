import { limitSpending } from '../llm/limit-spending.ts'
import { openAiModel } from '../connectors/openai/openai-model.ts'
import { redactPrompts } from './redact-prompts.ts'
import type { Config } from '../config/config.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { Redactor } from '../kernel/redactor.ts'

/** Used where OPENAI_MODEL names none. */
const DEFAULT_MODEL = 'gpt-4.1-mini'
const OPENAI = 'https://api.openai.com/v1'

/** A key or an address of one's own switches the model on; without either the facts stand as they are. */
export function buildModel(config: Config, redact: Redactor = (value) => value): LanguageModel | null {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model } = config.environment
  if (apiKey === undefined && baseUrl === undefined) return null
  const options = { apiKey: apiKey ?? 'none', baseUrl: baseUrl ?? OPENAI, model: model ?? DEFAULT_MODEL }
  return limitSpending(redactPrompts(openAiModel(options), redact))
}
