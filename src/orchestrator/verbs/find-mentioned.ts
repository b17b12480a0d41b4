import { RefusedError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { VerbCall } from './conversation-context.ts'

/**
 * `@who` as a platform writes it, `me`, or a person's id. A mention (`<@…>`) carries the account's immutable id of that
 * platform; a name that was only typed is looked up among ids, never among display names, since anybody may call
 * themselves anything.
 */
export function findMentioned(deps: Deps, { place, person: asker }: VerbCall, mention: string): Person {
  const account = /^<@([A-Za-z0-9-]{1,100})(?:\|[^>]*)?>$/.exec(mention)?.[1]
  const bare = mention.replace(/^@/, '')
  if (bare.toLowerCase() === 'me') return asker
  const person =
    account === undefined
      ? deps.directory.findById(bare)
      : deps.directory.findByAccount({ ...place.account, user: account, displayName: '' })
  if (person !== undefined) return person
  throw new RefusedError(
    'unknown_person',
    `"${bare.slice(0, 60)}" is not in people.yaml. Mention a known account, or type the id, for example ana@bank.example.`,
  )
}
