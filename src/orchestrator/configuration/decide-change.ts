import { humanActor } from '../../domain/actor.ts'
import { NotFoundError, StaleError } from '../../kernel/errors.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import { acceptChange } from './accept-change.ts'
import { countedApprovals, mayDecide, PEOPLE_NEEDED, questionOf } from './who-decides.ts'
import { describeClosed } from './describe-closed.ts'
import { getPerson } from '../proposals/known-person.ts'
import { readVersion } from './read-version.ts'
import { recordOfChange, tellOfChange } from './tell-of-change.ts'
import { toError } from '../decisions/refusal.ts'
import { whoMay } from '../who-may.ts'
import type { ConfigurationChange } from '../../domain/configuration.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Refusal } from '../decisions/refusal.ts'
import type { Stores } from '../../ports/stores.ts'
import type { SurfaceName } from '../../domain/surface.ts'

export interface ConfigurationDecisionInput {
  readonly changeId: string
  readonly personId: string
  readonly decision: 'approve' | 'reject'
  /** What was shown, or at least the first eight of its digest. Only a rejection may leave it out. */
  readonly digest: string | null
  readonly reason: string | null
  readonly origin: SurfaceName
}

export interface ConfigurationDecided {
  readonly outcome: 'counted' | 'accepted' | 'rejected' | 'already_decided'
  readonly change: ConfigurationChange
  readonly text: string
}

export interface DecideOptions {
  /** Only tests pass another: what happens where one is enough. */
  readonly peopleNeeded?: number
}

interface Ground {
  readonly change: ConfigurationChange
  /** What is in force. */
  readonly digest: string
  readonly person: Person
  readonly input: ConfigurationDecisionInput
}

type Answer = ConfigurationDecided | { readonly refusal: Refusal }

const DIGEST_PREFIX = /^[0-9a-f]{8,64}$/
const LONGEST_REASON = 500

/**
 * One person's decision about one exact version, in one transaction under the lock of what is in force: who they are
 * now, what the policy in force says, the digest they saw, one decision a person. With the second approval the version
 * is in force when the transaction commits, whatever becomes of this process afterwards.
 */
export async function decideChange(
  deps: Deps,
  input: ConfigurationDecisionInput,
  options: DecideOptions = {},
): Promise<ConfigurationDecided> {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await deps.unitOfWork.run((stores) => decide(deps, stores, input, options))
      if ('refusal' in answer) throw toError(answer.refusal)
      if (answer.outcome === 'accepted') await deps.configuration.catchUp()
      deps.telemetry.count('configuration_decisions', { decision: input.decision, outcome: answer.outcome })
      return answer
    } catch (error) {
      if (!(error instanceof StaleError) || tries > 1) throw error
      await deps.configuration.catchUp()
    }
  }
}

async function decide(
  deps: Deps,
  stores: Stores,
  input: ConfigurationDecisionInput,
  { peopleNeeded = PEOPLE_NEEDED }: DecideOptions,
): Promise<Answer> {
  const inForce = await stores.configuration.lockInForce()
  const change = await stores.configuration.find(input.changeId)
  if (change === undefined || inForce === undefined) {
    throw new NotFoundError('change of the configuration', input.changeId)
  }
  if (inForce.digest !== deps.configuration.digest) {
    throw new StaleError('configuration_moved', 'Another configuration came into force. Look again, and decide anew.')
  }
  const ground: Ground = { change, digest: inForce.digest, person: getPerson(deps, input.personId), input }
  const refusal = whyNot(deps, ground)
  if (refusal !== undefined) return { refusal: await recordRefused(deps, stores, ground, refusal) }
  if (change.state !== 'pending') {
    return { outcome: 'already_decided', change, text: describeClosed(change) }
  }
  return input.decision === 'approve'
    ? approveChange(deps, stores, ground, peopleNeeded)
    : rejectChange(deps, stores, ground)
}

function whyNot(deps: Deps, { change, person, input }: Ground): Refusal | undefined {
  if (!mayDecide(deps, person, change.id, input.origin)) {
    const others = whoMay(deps, questionOf(deps, change.id, input.origin))
    const next = others === '' ? 'Nobody may, by the policies in force.' : `Ask ${others}, who may.`
    return { code: 'not_allowed', text: `${person.name} may not decide about ${change.id}. ${next}` }
  }
  if (input.digest === null) return undefined
  const prefix = input.digest.toLowerCase()
  if (DIGEST_PREFIX.test(prefix) && change.digest.startsWith(prefix)) return undefined
  const text = `That is not the digest of ${change.id}: what you saw is another version. Type "approve ${change.id}" to see what it is now.`
  return { code: 'hash_mismatch', text }
}

async function approveChange(deps: Deps, stores: Stores, ground: Ground, peopleNeeded: number): Promise<Answer> {
  const { change, person, input } = ground
  if (input.digest === null) {
    const text = `An approval names the version it is for. Type "approve ${change.id}" to see it first.`
    return { refusal: await recordRefused(deps, stores, ground, { code: 'hash_missing', text }) }
  }
  if (!(await addDecision(stores, ground))) {
    const text = `You have approved ${change.id} already; one person counts once, on whatever surface. Somebody else is needed.`
    return { outcome: 'already_decided', change, text }
  }
  const approvals = countedApprovals(deps, change, await stores.configuration.listDecisions(change.id))
  const missing = Math.max(0, peopleNeeded - approvals.length)
  await recordDecided(deps, stores, ground, { decision: 'approve', missing })
  if (missing > 0) {
    await tellOfChange(stores, change.id)
    const text = `Your approval of ${change.id} counts. ${String(missing)} more of another person is needed; until then nothing changes.`
    return { outcome: 'counted', change, text }
  }
  const version = await stores.configuration.findVersion(change.digest)
  if (version === undefined) throw new NotFoundError('version of the configuration', change.digest)
  const accepted = await acceptChange(deps, stores, {
    ...{ change, before: ground.digest, approvals, origin: input.origin },
    version: readVersion(version),
    by: humanActor(person),
  })
  const names = approvals.map(({ personName }) => personName).join(' and ')
  const text = `${change.id} is in force, approved by ${names}. Runs that have started go on with their own plan.`
  return { outcome: 'accepted', change: accepted ?? change, text }
}

async function rejectChange(deps: Deps, stores: Stores, ground: Ground): Promise<Answer> {
  const { change, person, input } = ground
  const reason = oneLineText(input.reason ?? '', LONGEST_REASON)
  if (reason === '') {
    const text = `A rejection needs a reason: type "reject ${change.id} <reason>".`
    return { refusal: await recordRefused(deps, stores, ground, { code: 'reason_missing', text }) }
  }
  await addDecision(stores, ground)
  const closed = await stores.configuration.close(change.id, 'rejected', `${person.name}: ${reason}`)
  await recordDecided(deps, stores, ground, { decision: 'reject', reason })
  await tellOfChange(stores, change.id)
  const text = `${change.id} is rejected by ${person.name}: ${reason}. What was in force stays in force.`
  return { outcome: 'rejected', change: closed ?? change, text }
}

function addDecision(stores: Stores, { change, person, input }: Ground): Promise<boolean> {
  return stores.configuration.addDecision(change.id, {
    personId: person.id,
    personName: person.name,
    decision: input.decision,
    reason: input.reason,
    digest: change.digest,
    rolesAtTime: person.roles,
    surface: input.origin,
  })
}

async function recordDecided(
  deps: Deps,
  stores: Stores,
  { change, person, input }: Ground,
  details: { readonly decision: string; readonly missing?: number; readonly reason?: string },
): Promise<void> {
  await stores.audit.append([
    deps.seal(
      recordOfChange(change, {
        event: 'configuration.decided',
        actor: humanActor(person),
        origin: input.origin,
        details: { digestSeen: input.digest, roles: person.roles, rolesFrom: 'directory', ...details },
      }),
    ),
  ])
}

async function recordRefused(
  deps: Deps,
  stores: Stores,
  { change, person, input }: Ground,
  refusal: Refusal,
): Promise<Refusal> {
  deps.telemetry.count('refusals', { reason: refusal.code, origin: input.origin })
  await stores.audit.append([
    deps.seal(
      recordOfChange(change, {
        ...{ event: 'decision.refused', actor: humanActor(person), origin: input.origin },
        ...{ outcome: 'refused', reasonCode: refusal.code },
        details: { verb: input.decision, roles: person.roles },
      }),
    ),
  ])
  return refusal
}
