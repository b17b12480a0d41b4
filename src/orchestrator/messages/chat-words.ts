import { oneLineText, storableText, truncateText } from '../../kernel/clean-text.ts'
import type { Account } from '../../domain/person.ts'
import type { Deps } from '../dependencies.ts'

/** What a chat message says, as the surface read it. */
export interface ChatWords {
  readonly text: string
  /** null for what a bot said. */
  readonly author: Account | null
  /** The message whose thread it stands in; null for one that stands by itself. */
  readonly thread: string | null
}

const MAX_CAPTURED = 2_000
const NO_WORDS = '(no words)'

/** As it goes on the timeline: bounded, and without secrets that somebody pasted. */
export function keptText({ redact }: Pick<Deps, 'redact'>, text: string): string {
  // Cut last: of a secret that is cut through, what is left is not known for one any more.
  return truncateText(redact(storableText(text).trim()), MAX_CAPTURED) || NO_WORDS
}

/** `tenant/user`, the ids that a surface vouches for. */
export function accountId(author: Account | null): string {
  return author === null ? 'bot' : `${author.tenant}/${author.user}`
}

/** A person by their name in the directory; anybody else by what they call themselves, and by their id. */
export function authorName(deps: Deps, author: Account | null): string {
  if (author === null) return 'a bot'
  const person = deps.directory.findByAccount(author)
  if (person !== undefined) return person.name
  const name = oneLineText(author.displayName, 60)
  return name === '' || name === author.user ? accountId(author) : `${name} (${accountId(author)})`
}
