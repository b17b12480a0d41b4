import type { Alert } from '../../domain/alert.ts'
import type { ChangeEvent } from '../../domain/change-event.ts'
import type { Feature } from '../feature.ts'

// Labels are written by whoever sends alerts, so a mention moves the odds by no more than a factor of three.
const NEW_VERSION = 1.2
const OLD_VERSION = -1
// Shorter texts ("1", "main") would be found anywhere.
const SHORTEST_VERSION = 5
const SHORTEST_HASH = 7
const TOKENS = /[A-Za-z0-9][A-Za-z0-9._+-]*/g
const MOST_TEXT = 20_000

/** Whether the alerts name the version that the change brought, or the one it replaced. */
export const versionMention: Feature = (change, { symptom }) => {
  const tokens = tokensOf(symptom.alerts)
  const brought = findMention(tokens, change.revision)
  if (brought !== undefined) {
    return { feature: 'mention', weight: NEW_VERSION, text: `The alert names its version ${brought}.` }
  }
  const replaced = isSameVersion(change) ? undefined : findMention(tokens, change.previous?.revision ?? null)
  if (replaced === undefined) return undefined
  const text = `The alert names ${replaced}, the version it replaced.`
  return { feature: 'mention', weight: OLD_VERSION, text }
}

function isSameVersion(change: ChangeEvent): boolean {
  return change.previous?.revision === change.revision
}

function tokensOf(alerts: readonly Alert[]): ReadonlySet<string> {
  const text = alerts
    .flatMap((alert) => [...Object.values(alert.labels), ...Object.values(alert.annotations)])
    .join('\n')
    .slice(0, MOST_TEXT)
  return new Set((text.match(TOKENS) ?? []).map((token) => token.toLowerCase().replace(/[.+-]+$/, '')))
}

function findMention(tokens: ReadonlySet<string>, version: string | null): string | undefined {
  if (version === null || version.length < SHORTEST_VERSION) return undefined
  const wanted = version.toLowerCase()
  if (tokens.has(wanted) || tokens.has(`v${wanted}`)) return shorten(version)
  const isHash = /^[0-9a-f]{7,}$/.test(wanted)
  const found = isHash && [...tokens].some((token) => token.length >= SHORTEST_HASH && wanted.startsWith(token))
  return found ? shorten(version) : undefined
}

function shorten(version: string): string {
  return /^[0-9a-f]{12,}$/i.test(version) ? version.slice(0, 7) : version.slice(0, 40)
}
