import { RefusedError } from '../../kernel/errors.ts'
import { nearVerb } from './near-verb.ts'
import { usageOf } from './usage.ts'

/** Words of this field that one may expect here: told in a sentence what there is in their place. */
const NOT_OFFERED: Readonly<Record<string, string>> = {
  postmortem:
    'Countersign drafts no post-mortem. The record for it is in "timeline" and "evidence"; "summary" says it in a few sentences.',
}

/** What there is to say to a word that is no verb: never a guess that acts. */
export function refuseUnknownVerb(word: string): RefusedError {
  const lower = word.toLowerCase()
  const notOffered = Object.hasOwn(NOT_OFFERED, lower) ? NOT_OFFERED[lower] : undefined
  if (notOffered !== undefined) return new RefusedError('not_offered', notOffered)
  const near = nearVerb(word)
  const hint = near === undefined ? 'Type "help" for the list.' : `Did you mean "${near}"? ${usageOf(near)}`
  return new RefusedError('unknown_verb', `There is no verb "${word.slice(0, 40)}". ${hint}`)
}
