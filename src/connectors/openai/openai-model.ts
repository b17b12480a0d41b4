import { answerByReading } from './research-agent.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { ChatCompletion } from './schema.ts'
import { ourErrorIn } from './our-error-in.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { LanguageModel, ModelAnswer, ModelRequest } from '../../ports/language-model.ts'
import type { OpenAiOptions } from './openai-options.ts'
import type OpenAI from 'openai'

/** How the limits and the shape of the answer are asked for: servers that are only compatible know the older way. */
type Dialect = 'schema' | 'json'

const VENDOR = 'The language model'
const REFUSALS_OF_A_DIALECT = [400, 422]

export function openAiModel(options: OpenAiOptions): LanguageModel {
  let client: Promise<OpenAI> | undefined
  let dialect: Dialect = 'schema'
  return {
    name: options.model,
    complete: async (request, signal) => {
      if (request.tools !== undefined) {
        try {
          return await answerByReading(options, request, request.tools, signal)
        } catch (cause) {
          // A server that knows no tools answers from what the prompt holds.
          if (!isRefusalOfDialect(cause)) throw cause
        }
      }
      client ??= openClient(options)
      const sdk = await client
      try {
        return await complete(sdk, options.model, request, dialect, signal)
      } catch (cause) {
        if (dialect === 'json' || !isRefusalOfDialect(cause)) throw cause
        const answer = await complete(sdk, options.model, request, 'json', signal)
        dialect = 'json'
        return answer
      }
    },
  }
}

/** Loaded when first needed: the SDK is large, and most installations run without it. */
async function openClient(options: OpenAiOptions): Promise<OpenAI> {
  const { default: Sdk } = await import('openai')
  return new Sdk({
    apiKey: options.apiKey,
    baseURL: options.baseUrl,
    // Given, so that the SDK reads nothing from the environment by itself.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
    fetch: boundedFetch({ timeoutMs: options.timeoutMs, onTiming: options.onTiming }),
  })
}

async function complete(
  sdk: OpenAI,
  model: string,
  request: ModelRequest,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const answer = await send(sdk, model, request, dialect, signal)
  const parsed = ChatCompletion.safeParse(answer)
  const text = parsed.data?.choices[0]?.message.content ?? ''
  if (parsed.data === undefined || text === '') {
    throw new VendorReadFailedError(VENDOR, 'its answer holds no text')
  }
  return {
    text,
    model: parsed.data.model ?? model,
    inputTokens: parsed.data.usage?.prompt_tokens ?? 0,
    outputTokens: parsed.data.usage?.completion_tokens ?? 0,
  }
}

async function send(
  sdk: OpenAI,
  model: string,
  request: ModelRequest,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await sdk.chat.completions.create(
      {
        model,
        messages: [
          { role: 'system', content: request.system },
          { role: 'user', content: request.user },
        ],
        ...shapeOf(request, dialect),
      },
      { signal },
    )
  } catch (cause) {
    throw ourErrorIn(cause) ?? new VendorReadFailedError(VENDOR, describe(cause), { cause })
  }
}

function shapeOf(request: ModelRequest, dialect: Dialect) {
  if (dialect === 'json') {
    return { max_tokens: request.maxOutputTokens, response_format: { type: 'json_object' as const } }
  }
  const schema = request.answerSchema as Record<string, unknown>
  return {
    max_completion_tokens: request.maxOutputTokens,
    response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema } },
  }
}

function isRefusalOfDialect(cause: unknown): boolean {
  return cause instanceof VendorRejectedError && REFUSALS_OF_A_DIALECT.includes(cause.status)
}

/** Never the SDK's own message: it may hold parts of the answer. */
function describe(cause: unknown): string {
  return cause instanceof SyntaxError ? 'its answer is not JSON' : 'the request failed'
}
