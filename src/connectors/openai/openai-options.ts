import type { HttpTiming } from '../shared/http-request.ts'

export interface OpenAiOptions {
  /** `OPENAI_API_KEY`. */
  readonly apiKey: string
  /** `OPENAI_BASE_URL`: any server with the chat completions interface. */
  readonly baseUrl: string
  /** `OPENAI_MODEL`. */
  readonly model: string
  readonly timeoutMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}
