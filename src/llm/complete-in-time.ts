import type { LanguageModel, ModelAnswer, ModelRequest } from '../ports/language-model.ts'

/** Asks within a deadline, also when the model's connector does not honour the signal. */
export async function completeInTime(
  model: LanguageModel,
  request: ModelRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let stop: (() => void) | undefined
  const late = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(new Error('The model did not answer within its deadline.', { cause: deadline.reason }))
    }
    if (deadline.aborted) stop()
    else deadline.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([model.complete(request, deadline), late])
  } finally {
    if (stop !== undefined) deadline.removeEventListener('abort', stop)
  }
}
