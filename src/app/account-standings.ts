import type { AccountStandings } from '../ports/account-standing.ts'
import type { SurfaceName } from '../domain/surface.ts'

export interface StandingsBySurface extends AccountStandings {
  /** Each surface brings its own when it is opened. */
  register(surface: SurfaceName, standings: AccountStandings): void
}

/**
 * Each account is asked about where it belongs. The console's session is itself the proof; a chat surface that brought
 * nobody to ask cannot be asked, and so nothing is decided from there.
 */
export function createAccountStandings(): StandingsBySurface {
  const sources = new Map<SurfaceName, AccountStandings>([
    ['console', { standingOf: async () => ({ kind: 'member' }) }],
  ])
  return {
    register: (surface, standings) => {
      sources.set(surface, standings)
    },
    standingOf: async (account) =>
      sources.get(account.surface)?.standingOf(account) ?? {
        kind: 'unavailable',
        detail: `${account.surface} brought nobody to ask`,
      },
  }
}
