import { NAMESPACE, timeOf } from './app.ts'
import type { App } from './app.ts'

/** The body that the notification template we ship makes of a finished operation; absent values are `<no value>`. */
export function deployNotice(app: App): object | undefined {
  const { state } = app
  if (state?.finishedAtMs == null) return undefined
  return {
    app: app.name,
    namespace: NAMESPACE,
    project: app.project,
    phase: state.phase,
    revision: state.operation.revision,
    startedAt: timeOf(state.startedAtMs),
    finishedAt: timeOf(state.finishedAtMs),
    // As Go's templates print what is not there.
    initiatedBy: state.operation.username ?? '<no value>',
    health: app.health,
    sync: state.operation.revision === app.head.revision ? 'Synced' : 'OutOfSync',
  }
}
