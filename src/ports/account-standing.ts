import type { Account } from '../domain/person.ts'

/** Why an account decides nothing, even where the directory lists it. */
export type StandingFault =
  /** A guest of the workspace or tenant. */
  | 'guest'
  | 'bot'
  /** Of another company: Slack Connect, Teams federation. */
  | 'external'
  | 'deactivated'
  /** The platform does not know it. */
  | 'unknown'

/** What the platform itself says of an account now. */
export type AccountStanding =
  | { readonly kind: 'member' }
  | { readonly kind: 'refused'; readonly fault: StandingFault }
  /** The platform could not be asked; `detail` is for the log. */
  | { readonly kind: 'unavailable'; readonly detail: string }

/**
 * Asks a chat platform whether an account is a full member. Does not throw. An answer may come from memory for at most
 * 60 s, by a clock that never jumps; that nobody could be asked is never remembered as an answer.
 */
export interface AccountStandings {
  standingOf(account: Account): Promise<AccountStanding>
}
