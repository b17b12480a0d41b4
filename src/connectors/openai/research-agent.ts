import { z } from 'zod'
import { boundedFetch } from './bounded-fetch.ts'
import { ourErrorIn } from './our-error-in.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import type { ModelAnswer, ModelRequest, ReadingTool } from '../../ports/language-model.ts'
import type { OpenAiOptions } from './openai-options.ts'

const VENDOR = 'The language model'
/** The last one has to be the answer. */
const MOST_CALLS = 5
/** Each call of the model and each round of tools is a step of the graph; one beyond is an error. */
const MOST_STEPS = 2 * MOST_CALLS - 1

/** However many one call asks for at once. */
const MOST_LOOKS = 20
const NO_MORE = 'No more may be looked up; answer from what you have.'
/** Any of these sends every prompt and answer to a service of langchain's makers: nothing of an incident leaves that way. */
const TRACING = ['LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING_V2', 'LANGSMITH_TRACING', 'LANGCHAIN_TRACING']

/** Of langchain's messages only what is used. */
const Messages = z.array(
  z.object({
    type: z.string(),
    content: z.union([z.string(), z.array(z.unknown())]),
    usage_metadata: z.object({ input_tokens: z.number().default(0), output_tokens: z.number().default(0) }).nullish(),
  }),
)

/**
 * An agent that reads before it answers: it may ask the given tools, which change nothing, a few times. Loaded when the
 * first question is asked, since langchain is large.
 */
export async function answerByReading(
  options: OpenAiOptions,
  request: ModelRequest,
  tools: readonly ReadingTool[],
  signal: AbortSignal,
): Promise<ModelAnswer> {
  for (const name of TRACING) Reflect.deleteProperty(process.env, name)
  const [{ createAgent, tool }, { ChatOpenAI }] = await Promise.all([import('langchain'), import('@langchain/openai')])
  const model = new ChatOpenAI({
    model: options.model,
    apiKey: options.apiKey,
    maxTokens: request.maxOutputTokens,
    maxRetries: 0,
    useResponsesApi: false,
    configuration: {
      baseURL: options.baseUrl,
      // Given, so that nothing is read from the environment.
      organization: null,
      project: null,
      fetch: boundedFetch({ timeoutMs: options.timeoutMs, onTiming: options.onTiming }),
    },
  })
  let looks = 0
  const agent = createAgent({
    model,
    systemPrompt: request.system,
    tools: tools.map((one) =>
      tool(({ argument }: { argument: string }) => ((looks += 1) > MOST_LOOKS ? NO_MORE : one.run(argument)), {
        name: one.name,
        description: one.description,
        schema: z.object({ argument: z.string().max(200).describe(one.argument) }),
      }),
    ),
  })
  try {
    const said = await agent.invoke(
      { messages: [{ role: 'user', content: request.user }] },
      { signal, recursionLimit: MOST_STEPS },
    )
    return answerIn(said.messages, options.model)
  } catch (cause) {
    throw (
      ourErrorIn(cause) ??
      new VendorReadFailedError(VENDOR, 'it found no answer in the steps and the time that it has', { cause })
    )
  }
}

function answerIn(messages: unknown, model: string): ModelAnswer {
  const parsed = Messages.parse(messages)
  // Not the last of all: some servers give every answer the same id, and langchain then puts the newer in the older's place.
  const text = parsed.findLast(({ type }) => type === 'ai')?.content
  if (typeof text !== 'string' || text === '') throw new TypeError('The last message holds no text.')
  const sum = (kind: 'input_tokens' | 'output_tokens') =>
    parsed.reduce((total, { usage_metadata: usage }) => total + (usage?.[kind] ?? 0), 0)
  return {
    text,
    model,
    inputTokens: sum('input_tokens'),
    outputTokens: sum('output_tokens'),
  }
}
