import { RefusedError } from '../../kernel/errors.ts'
import { nearVerb } from './near-verb.ts'
import { usageOf } from './usage.ts'

/** What there is to say to a word that is no verb: never a guess that acts. */
export function refuseUnknownVerb(word: string): RefusedError {
  const near = nearVerb(word)
  const hint = near === undefined ? 'Type "help" for the list.' : `Did you mean "${near}"? ${usageOf(near)}`
  return new RefusedError('unknown_verb', `There is no verb "${word.slice(0, 40)}". ${hint}`)
}
