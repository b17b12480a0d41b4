import { diffVersions } from './diff-versions.ts'
import { recordOfChange, tellOfChange } from './tell-of-change.ts'
import { supersedePlans } from './supersede-plans.ts'
import { COUNTERSIGN } from '../../domain/actor.ts'
import type { Actor } from '../../domain/actor.ts'
import type { ConfigurationChange, ConfigurationDecision } from '../../domain/configuration.ts'
import type { Deps } from '../dependencies.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Stores } from '../../ports/stores.ts'
import type { UsableVersion } from './read-version.ts'

export interface Acceptance {
  readonly change: ConfigurationChange
  readonly version: UsableVersion
  /** What was in force until now; undefined for the very first. */
  readonly before: string | undefined
  readonly by: Actor
  readonly origin: Origin
  /** Of the people who approved exactly it; empty where nobody is asked. */
  readonly approvals: readonly ConfigurationDecision[]
}

/**
 * Brings a version into force, under the lock of what is in force: the row that all replicas follow, the record, what
 * it takes the place of, and plans of the version before. All of it or nothing.
 */
export async function acceptChange(
  deps: Pick<Deps, 'seal'>,
  stores: Stores,
  { change, version, before, by, origin, approvals }: Acceptance,
): Promise<ConfigurationChange | undefined> {
  const accepted = await stores.configuration.close(change.id, 'accepted', null)
  if (accepted === undefined) return undefined
  await stores.configuration.putInForce(change.digest, change.id)
  const old = before === undefined ? undefined : await stores.configuration.findVersion(before)
  const { files } = diffVersions(old, version.version)
  const superseded = await supersedePlans(deps, stores, version, change.id)
  await stores.audit.append([
    deps.seal(
      recordOfChange(accepted, {
        event: 'configuration.accepted',
        actor: by,
        origin,
        policyVersion: version.policy.version,
        details: {
          before: before ?? null,
          people: approvals.map(({ personId, personName, at, surface }) => {
            return { id: personId, name: personName, at: at.toISOString(), surface }
          }),
          files: files.map(({ kind, path, change: what }) => `${what} ${kind} ${path}`),
          superseded,
        },
      }),
    ),
  ])
  await tellOfChange(stores, change.id)
  for (const other of await stores.configuration.listPending()) {
    await supersedeChange(deps, stores, other, `${change.id} came into force first.`)
  }
  return accepted
}

/** What it was compared with is not in force any more: whoever still has these files records them anew. */
async function supersedeChange(
  deps: Pick<Deps, 'seal'>,
  stores: Stores,
  change: ConfigurationChange,
  reason: string,
): Promise<void> {
  const closed = await stores.configuration.close(change.id, 'superseded', reason)
  if (closed === undefined) return

  await stores.audit.append([
    deps.seal(
      recordOfChange(closed, {
        event: 'configuration.superseded',
        actor: COUNTERSIGN,
        origin: 'clock',
        details: { reason },
      }),
    ),
  ])
  await tellOfChange(stores, change.id)
}
