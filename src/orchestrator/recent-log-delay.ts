import type { LogDelay } from '../domain/log-delay.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AuditReader } from '../ports/audit-reader.ts'

const RECENT_MS = 2_000

/** One reading for all who ask within two seconds, so that no step of a run costs a statement for it. */
export function recentLogDelay(auditReader: Pick<AuditReader, 'describe'>, clock: Clock): () => Promise<LogDelay> {
  let reading: Promise<LogDelay> | undefined
  let readAtMs = 0
  return () => {
    const nowMs = clock.monotonicMs()
    if (reading !== undefined && nowMs - readAtMs < RECENT_MS) return reading
    const own = auditReader.describe()
    own.catch(() => {
      // Whoever asks next asks anew.
      if (reading === own) reading = undefined
    })
    reading = own
    readAtMs = nowMs
    return own
  }
}
