import type { LanguageModel } from '../ports/language-model.ts'
import type { Redactor } from '../kernel/redactor.ts'

/** What a model is told, without the secrets of this installation, whoever puts the prompt together. */
export function redactPrompts(model: LanguageModel, redact: Redactor): LanguageModel {
  return {
    name: model.name,
    complete: ({ tools, ...request }, signal) => {
      const told = { ...request, system: redact(request.system), user: redact(request.user) }
      if (tools === undefined) return model.complete(told, signal)
      const careful = tools.map((tool) => ({ ...tool, run: (argument: string) => redact(tool.run(argument)) }))
      return model.complete({ ...told, tools: careful }, signal)
    },
  }
}
