import { parsePlaybookArguments, parseVerb } from '../verbs/parse-verb.ts'
import { RefusedError } from '../../kernel/errors.ts'
import { SEVERITIES } from '../../domain/severity.ts'
import type { Playbook } from '../../domain/playbook.ts'
import type { PlaybookArguments, VerbRequest } from '../verbs/parse-verb.ts'
import type { Severity } from '../../domain/severity.ts'

/** One form holds no more; a playbook that asks for more is answered in words. */
export const MOST_INPUTS = 40

export type FormOfWords =
  | { readonly kind: 'none' }
  | { readonly kind: 'declare'; readonly severity: Severity | null }
  | {
      readonly kind: 'run'
      readonly request: VerbRequest
      readonly playbook: Playbook
      readonly given: PlaybookArguments
      /** Given besides what has to be asked for. */
      readonly extra: readonly string[]
    }

const NONE: FormOfWords = { kind: 'none' }

/** Which form would help with these words. Those that the grammar refuses are left to it: the refusal is the same everywhere. */
export function formOfWords(playbooks: readonly Playbook[], words: string): FormOfWords {
  const request = attempt(() => parseVerb(words))
  if (request?.verb === 'declare') {
    const severity = SEVERITIES.find((one) => one === request.words[0]?.toUpperCase()) ?? null
    return request.words.length === (severity === null ? 0 : 1) ? { kind: 'declare', severity } : NONE
  }
  return request?.verb === 'run' ? formOfRun(playbooks, request) : NONE
}

/** Only what has to be given and is not: everything else the playbook knows by itself. */
function formOfRun(playbooks: readonly Playbook[], request: VerbRequest): FormOfWords {
  const given = attempt(() => parsePlaybookArguments(request))
  const playbook = playbooks.find(({ name }) => name === given?.playbook.toLowerCase())
  if (given === undefined || playbook === undefined) return NONE
  const asked = Object.entries(playbook.inputs).filter(([, input]) => input.kind === 'ask')
  if (asked.every(([name]) => Object.hasOwn(given.inputs, name)) || asked.length > MOST_INPUTS) return NONE
  const extra = Object.keys(given.inputs).filter((name) => !asked.some(([own]) => own === name))
  // An input that the playbook does not take is refused in words.
  if (extra.some((name) => (playbook.inputs[name]?.kind ?? 'value') === 'value')) return NONE
  return { kind: 'run', request, playbook, given, extra }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof RefusedError) return undefined
    throw error
  }
}
