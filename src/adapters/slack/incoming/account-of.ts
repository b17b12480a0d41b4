import { firstOf } from './first-of.ts'
import { oneLineText } from '../../../kernel/clean-text.ts'
import type { Account } from '../../../domain/person.ts'

/** Keyed by team and user id, the first team that is named; the name is shown and decides nothing. */
export function accountOf(
  teams: readonly (string | null | undefined)[],
  user: string,
  name: string | null | undefined,
): Account {
  return {
    surface: 'slack',
    tenant: firstOf(teams) ?? '',
    user,
    displayName: oneLineText(firstOf([name]) ?? user, 80),
  }
}
