import type { ConfigurationChange } from '../../domain/configuration.ts'

const STATE_WORDS = {
  pending: 'waits for people',
  accepted: 'came into force',
  rejected: 'was rejected',
  superseded: 'gave way',
} as const

/** How a change came to its end, for whoever comes too late. */
export function describeClosed({
  id,
  state,
  closedAt,
  closedReason,
}: Pick<ConfigurationChange, 'id' | 'state' | 'closedAt' | 'closedReason'>): string {
  const when = closedAt === null ? '' : ` at ${closedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const why = closedReason === null ? '' : ` (${closedReason.replace(/[.\s]+$/, '')})`
  return `${id} ${STATE_WORDS[state]}${when}${why}.`
}
