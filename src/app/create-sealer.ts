import packageJson from '../../package.json' with { type: 'json' }
import { sealEntry } from '../audit/seal-entry.ts'
import type { SystemFacts } from '../audit/seal-entry.ts'
import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import { findService } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import { bulkRandom } from '../kernel/bulk-random.ts'
import type { Clock } from '../kernel/clock.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { RandomBytes } from '../kernel/ids.ts'
import { buildDigest } from './build-digest.ts'
import type { ClockOffset } from './clock-offset.ts'

export interface SealerNeeds {
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly replicaId: string
  /** Values that must never appear on record: the tokens of this installation. */
  readonly secrets: readonly string[]
  readonly clockOffset?: Pick<ClockOffset, 'ms'>
  readonly catalog?: ServiceCatalog
  readonly systems?: Readonly<Record<string, SystemFacts>>
  /** `audit.retention.months`. */
  readonly retentionMonths?: number
}

/** `Deps.seal`: redacts, adds id, time and what this process knows, makes the bytes and their hash. */
export function createSealer(needs: SealerNeeds): (record: AuditRecord) => SealedLeaf {
  const { clock, replicaId: replica, secrets, clockOffset, catalog, systems, retentionMonths } = needs
  const program = { replica, build: packageJson.version, buildDigest: buildDigest() }
  const randomBytes = bulkRandom(needs.randomBytes)
  const isInPciScope = (service: string) =>
    catalog === undefined ? undefined : findService(catalog, service)?.isInPciScope
  return (record) => {
    const at = clock.now()
    const entryId = uuidV7(at.getTime(), randomBytes)
    return sealEntry(record, {
      ...program,
      entryId,
      at,
      secrets,
      isInPciScope,
      clockOffsetMs: clockOffset?.ms,
      ...(systems === undefined ? {} : { systems }),
      ...(retentionMonths === undefined ? {} : { retentionMonths }),
    })
  }
}
