import { noteReading, requireReading } from './reader.ts'
import type { AuditReview } from '../../domain/audit-review.ts'
import type { AuditReading, AuditStanding } from '../../ports/audit-reader.ts'
import type { GlassBreak } from '../../domain/glass-break.ts'
import type { GlassStanding } from '../../ports/glass-store.ts'
import type { Deps } from '../dependencies.ts'
import type { Reader } from './reader.ts'

export interface AuditPage {
  readonly items: readonly AuditReading[]
  readonly next: number | null
  readonly standing: AuditStanding
  /** Every use of break-glass with its review, the newest first. */
  readonly glass: GlassReport
  /** The last daily reviews, the newest first. */
  readonly reviews: readonly AuditReview[]
}

export interface GlassReport extends GlassStanding {
  readonly uses: readonly (GlassBreak & { readonly isOverdue: boolean })[]
}

const MOST_USES = 500
const MOST_REVIEWS = 7

export interface AuditQuery {
  readonly incidentId: string | null
  readonly after: number | null
  readonly limit: number
}

/** Reading the log is itself on the log (PCI DSS 10.2.1.3), before the answer where the log can be written. */
export async function readAudit(deps: Deps, reader: Reader, query: AuditQuery): Promise<AuditPage> {
  await requireReading(deps, reader, 'audit.read')
  const [items, standing, uses, glass, reviews] = await Promise.all([
    deps.stores.auditReader.list(query),
    deps.stores.auditReader.describe(),
    deps.stores.glass.list(MOST_USES),
    deps.stores.glass.describe(),
    deps.stores.logReviews.list(MOST_REVIEWS),
  ])
  const first = items[0]?.seq ?? null
  const last = items.at(-1)?.seq ?? null
  // Where nothing was shown, the id may be made up: made-up ones get no entry and no window of their own.
  const incidentId = items.length === 0 ? null : query.incidentId
  await noteReading(deps, reader, {
    ...{ event: 'audit.read', object: 'audit log', incidentId },
    ...(first === null || last === null ? {} : { numbers: { from: first, to: last } }),
  })
  return { items, next: items.length === query.limit ? last : null, standing, glass: { ...glass, uses }, reviews }
}
