import type { LanguageModel, ModelRequest, ReadingTool } from '../ports/language-model.ts'
import type { Redactor } from '../kernel/redactor.ts'

/** What a model is told, without the secrets of this installation, whoever puts the prompt together. */
export function redactPrompts(model: LanguageModel, redact: Redactor): LanguageModel {
  const redacted = (request: ModelRequest): ModelRequest => ({
    ...request,
    system: redact(request.system),
    user: redact(request.user),
  })
  const research = model.research?.bind(model)
  return {
    name: model.name,
    complete: (request, signal) => model.complete(redacted(request), signal),
    ...(research === undefined
      ? {}
      : {
          research: (request: ModelRequest, tools: readonly ReadingTool[], signal: AbortSignal) => {
            const careful = tools.map((tool) => ({ ...tool, run: (argument: string) => redact(tool.run(argument)) }))
            return research(redacted(request), careful, signal)
          },
        }),
  }
}
