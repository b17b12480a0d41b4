import { RefusedError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { VerbCall } from './conversation-context.ts'

/**
 * `@who` as a platform writes it, or a person's id. A Slack mention carries the account's immutable id; a name that
 * was only typed is looked up among ids, never among display names, since anybody may call themselves anything.
 */
export function findMentioned(deps: Deps, { place }: VerbCall, mention: string): Person {
  const slackUser = /^<@([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(mention)?.[1]
  const bare = mention.replace(/^@/, '')
  const person =
    slackUser === undefined
      ? deps.directory.findById(bare)
      : deps.directory.findByAccount({
          surface: 'slack',
          tenant: place.account.tenant,
          user: slackUser,
          displayName: '',
        })
  if (person !== undefined) return person
  throw new RefusedError(
    'unknown_person',
    `"${bare.slice(0, 60)}" is not in people.yaml. Mention a known account, or type the id, for example ana@bank.example.`,
  )
}
