import { sourceActor } from '../domain/actor.ts'
import type { AuditTarget } from '../domain/audit-entry.ts'
import type { Deps } from './dependencies.ts'
import type { Origin } from '../domain/surface.ts'
import { withSourceIp } from './with-source-ip.ts'

export interface Refusal {
  /** Which way in: `alertmanager`, `slack`, `console`. */
  readonly source: string
  /** A fixed word, never text from the request. */
  readonly reason: string
  readonly count: number
  readonly origin: Origin
  /** Where it came from; of several, the first. */
  readonly sourceIp?: string | undefined
}

/**
 * A request that was refused before anybody was known to have sent it. The first of its source, reason and minute goes
 * on the audit log at once; how many there were in all follows when the minute is over (`closeRefusalMinutes`), so
 * that a flood of forgeries cannot fill the log.
 */
export async function recordRefusal(given: Deps, refusal: Refusal): Promise<void> {
  const deps = withSourceIp(given, refusal.sourceIp)
  deps.telemetry.count('refusals', { source: refusal.source, reason: refusal.reason }, refusal.count)
  await deps.unitOfWork.run(async (stores) => {
    if (!(await stores.refusals.count(refusal.source, refusal.reason, refusal.count))) return
    await stores.audit.append([
      deps.seal({
        event: 'request.refused',
        actor: sourceActor(refusal.source),
        origin: refusal.origin,
        outcome: 'refused',
        reasonCode: refusal.reason,
        target: entranceOf(refusal),
        details: { authenticated: false, count: refusal.count },
      }),
    ])
  })
}

/** A request of a known sender that was refused all the same: each one goes on the audit log. */
export async function recordKnownRefusal(given: Deps, refusal: Omit<Refusal, 'count'>): Promise<void> {
  const deps = withSourceIp(given, refusal.sourceIp)
  deps.telemetry.count('refusals', { source: refusal.source, reason: refusal.reason })
  await deps.stores.audit.append([
    deps.seal({
      event: 'request.refused',
      actor: sourceActor(refusal.source),
      origin: refusal.origin,
      outcome: 'refused',
      reasonCode: refusal.reason,
      target: entranceOf(refusal),
      details: { authenticated: true },
    }),
  ])
}

/** What was knocked at: nothing behind it was reached. */
function entranceOf({ origin, source }: Pick<Refusal, 'origin' | 'source'>): AuditTarget {
  return { system: 'countersign', resource: `${origin}:${source}`, environment: null }
}

/** On the clock's tick: minutes that held more refusals than the one on the log get one entry with their count. */
export async function closeRefusalMinutes(deps: Deps): Promise<number> {
  return deps.unitOfWork.run(async (stores) => {
    const minutes = await stores.refusals.closeMinutes()
    await stores.audit.append(
      minutes.map((minute) =>
        deps.seal({
          event: 'refusals.counted',
          actor: sourceActor(minute.source),
          origin: 'clock',
          outcome: 'refused',
          reasonCode: minute.reason,
          target: { system: 'countersign', resource: `requests of ${minute.source}`, environment: null },
          details: { minute: minute.minute.toISOString(), count: minute.count },
        }),
      ),
    )
    return minutes.length
  })
}
