import type { LanguageModel, ModelRequest } from '../../src/ports/language-model.ts'

export interface ScriptedModel extends LanguageModel {
  readonly requests: readonly ModelRequest[]
}

/** Answers by the function; a request that no test scripted fails the test. */
export function scriptedModel(answer: (request: ModelRequest) => string | Promise<string>): ScriptedModel {
  const requests: ModelRequest[] = []
  return {
    name: 'scripted',
    requests,
    complete: async (request) => {
      requests.push(request)
      return { text: await answer(request), model: 'scripted-1', inputTokens: 10, outputTokens: 5 }
    },
  }
}
