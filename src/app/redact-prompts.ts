import type { LanguageModel } from '../ports/language-model.ts'
import type { Redactor } from '../kernel/redactor.ts'

/** What a model is told, without the secrets of this installation, whoever puts the prompt together. */
export function redactPrompts(model: LanguageModel, redact: Redactor): LanguageModel {
  return {
    name: model.name,
    complete: (request, signal) =>
      model.complete({ ...request, system: redact(request.system), user: redact(request.user) }, signal),
  }
}
