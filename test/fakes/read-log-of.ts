import { openReadLog } from '../../src/orchestrator/read/open-read-log.ts'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import type { AuditLeafStore } from '../../src/ports/audit-leaf-store.ts'
import type { Deps } from '../../src/orchestrator/dependencies.ts'
import type { ReadLog } from '../../src/orchestrator/read/open-read-log.ts'

/** The product's own, at its own pace, for worlds that build their dependencies by hand. */
export function readLogOf(audit: AuditLeafStore, seal: Deps['seal']): ReadLog {
  const telemetry = { count: () => undefined, observeSeconds: () => undefined }
  return openReadLog({ audit, seal, clock: systemClock, log: silentLogger, telemetry })
}
