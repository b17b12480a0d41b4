import { COUNTERSIGN } from '../../domain/actor.ts'
import { acceptChange } from './accept-change.ts'
import { recordOfChange, tellOfChange } from './tell-of-change.ts'
import type { ConfigurationChange, Review } from '../../domain/configuration.ts'
import type { Deps } from '../dependencies.ts'
import type { Stores } from '../../ports/stores.ts'
import type { UsableVersion } from './read-version.ts'
import type { VersionInForce } from '../../ports/configuration-store.ts'

/** How changes are accepted here: by the configuration, or because nothing runs. */
export type ReviewMode = Exclude<Review, 'first'>

export interface Settled {
  /**
   * `same`: what was found is in force. `accepted`: it came into force by this very start. `pending`: people decide
   * about it. `rejected`: they have, against it.
   */
  readonly outcome: 'same' | 'accepted' | 'pending' | 'rejected'
  readonly change: ConfigurationChange | null
}

type SettleDeps = Pick<Deps, 'unitOfWork' | 'seal' | 'settings'>

/** Reviews that count where two people are needed: what came in while nothing ran has been seen by nobody. */
const TRUSTED: readonly Review[] = ['first', 'two-people', 'repository']

/**
 * What a starting replica found in its folders, against what is in force (docs/adr: a change of configuration needs two
 * people). Replicas that start at once go one after the other, by the lock of what is in force.
 */
export function settleFound(deps: SettleDeps, found: UsableVersion, review: ReviewMode): Promise<Settled> {
  return deps.unitOfWork.run(async (stores) => {
    const inForce = await stores.configuration.lockInForce()
    await stores.configuration.keepVersion(found.version, found.playbooks)
    if (review !== 'two-people') {
      if (inForce?.digest === found.version.digest) return SAME
      return acceptAtOnce(deps, stores, found, inForce?.digest, review)
    }
    const trusted = await trustedVersion(deps, stores, inForce)
    if (trusted === undefined) return acceptAtOnce(deps, stores, found, inForce?.digest, 'first')
    return trusted === found.version.digest ? SAME : putToPeople(deps, stores, found, trusted)
  })
}

const SAME: Settled = { outcome: 'same', change: null }

async function acceptAtOnce(
  deps: SettleDeps,
  stores: Stores,
  found: UsableVersion,
  before: string | undefined,
  review: Review,
): Promise<Settled> {
  const { digest } = found.version
  const waiting = (await stores.configuration.listOf(digest)).find(({ state }) => state === 'pending')
  // It waited for people under another review: that one is closed, so that the record says how it came into force.
  if (waiting !== undefined) await stores.configuration.close(waiting.id, 'superseded', `It is accepted by ${review}.`)
  const change = await stores.configuration.addChange({
    digest,
    parent: before ?? null,
    review,
    seenBy: deps.settings.replicaId,
  })
  await acceptChange(deps, stores, {
    ...{ change, version: found, before },
    ...{ by: COUNTERSIGN, origin: 'clock', approvals: [] },
  })
  return { outcome: 'accepted', change }
}

/**
 * The version that people, the first start or a repository's review stand for. Where the mode was observe until now,
 * the one before comes back, and what was tried out meanwhile is put to people like any other.
 */
async function trustedVersion(
  deps: SettleDeps,
  stores: Stores,
  inForce: VersionInForce | undefined,
): Promise<string | undefined> {
  if (inForce === undefined || TRUSTED.includes(inForce.review)) return inForce?.digest
  const last = await stores.configuration.findLastAccepted(TRUSTED)
  if (last === undefined) return undefined
  await stores.configuration.putInForce(last.digest, last.id)
  await stores.audit.append([
    deps.seal(
      recordOfChange(last, {
        event: 'configuration.restored',
        actor: COUNTERSIGN,
        origin: 'clock',
        details: { before: inForce.digest },
      }),
    ),
  ])
  return last.digest
}

async function putToPeople(
  deps: SettleDeps,
  stores: Stores,
  { version: { digest } }: UsableVersion,
  parent: string,
): Promise<Settled> {
  const known = await stores.configuration.listOf(digest)
  const waiting = known.find(({ state }) => state === 'pending')
  if (waiting !== undefined) return { outcome: 'pending', change: waiting }
  // People have said no to exactly this, on top of what is still in force: they are not asked at every start.
  const rejected = known.find((change) => change.state === 'rejected' && change.parent === parent)
  if (rejected !== undefined) return { outcome: 'rejected', change: rejected }
  const change = await stores.configuration.addChange({
    ...{ digest, parent },
    ...{ review: 'two-people', seenBy: deps.settings.replicaId },
  })
  await stores.audit.append([
    deps.seal(recordOfChange(change, { event: 'configuration.proposed', actor: COUNTERSIGN, origin: 'clock' })),
  ])
  await tellOfChange(stores, change.id)
  return { outcome: 'pending', change }
}
