import { findFreeze, freezeText, howToLift, modeFor, servicesOfPlan } from '../proposals/mode-and-freeze.ts'
import { personPrincipal } from '../authorization-subjects.ts'
import { proposalResource } from '../../executor/proposal-resource.ts'
import type { AuthorizedAction } from '../../domain/verb.ts'
import type { Freeze } from '../../domain/freeze.ts'
import type { Mode } from '../../domain/mode.ts'
import type { Deps } from '../dependencies.ts'
import { judgeApprover } from '../../policy/approval-quorum.ts'
import type { Stores } from '../../ports/stores.ts'
import type { OnCallStanding } from '../../domain/on-call.ts'
import type { DecisionGround } from './decision-ground.ts'
import { standingOf } from './read-on-call.ts'
import { whoMay } from '../who-may.ts'
import { whyLogBehind } from './why-log-behind.ts'
import type { Refusal } from './refusal.ts'

const HASH_PREFIX = /^[0-9a-f]{8,64}$/

/**
 * Why this person may not do this to this proposal; undefined when they may. `hash` is what the card showed or the
 * asker typed; only an approval has to name one. The order is the one in which answers help most.
 */
export async function whyNotDecide(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  action: Extract<AuthorizedAction, 'approve' | 'reject'>,
  hash: string | null,
): Promise<Refusal | undefined> {
  const wrongPlan = whyNotThisPlan(ground, action, hash)
  if (wrongPlan !== undefined) return wrongPlan
  const services = servicesOfPlan(deps, ground.incident, ground.proposal.plan)
  const concerned = { services, environment: ground.incident.environment }
  const moment = { mode: modeFor(deps, services), freeze: await findFreeze(deps, stores, concerned, ground.now) }
  if (action === 'approve') {
    const refusal = whyClosed(ground, services, moment) ?? whyNotThisPerson(ground, deps)
    if (refusal !== undefined) return refusal
  }
  const forbidden = whyNotByPolicy(deps, ground, action, moment)
  if (forbidden !== undefined || action === 'reject') return forbidden
  // Of a nested approval the tier is its own, and the plan's counts as well.
  return whyLogBehind(deps, stores, [ground.proposal.tier, ground.proposal.plan.tier])
}

/** What holds at this moment for the services of the plan. */
interface Moment {
  readonly mode: Mode
  readonly freeze: Freeze | undefined
}

/** What was seen is another plan than the stored one. */
export function whyNotThisPlan(
  ground: Pick<DecisionGround, 'proposal'>,
  action: string,
  hash: string | null,
): Refusal | undefined {
  const { proposal } = ground
  if (hash === null) {
    if (action !== 'approve') return undefined
    const text = `An approval names the plan it is for. Type "approve ${proposal.id} <the first 8 of its hash>" after reading the card.`
    return { code: 'hash_missing', text }
  }
  const prefix = hash.toLowerCase()
  if (HASH_PREFIX.test(prefix) && proposal.planHash.startsWith(prefix)) return undefined
  return {
    code: 'hash_mismatch',
    text: `That is not the hash of ${proposal.id}: what you saw is another plan. Look at the card again and decide on what it shows now.`,
  }
}

function whyClosed(ground: DecisionGround, services: readonly string[], moment: Moment): Refusal | undefined {
  const { proposal } = ground
  if (proposal.tier === 4) {
    return {
      code: 'tier_4',
      text: `${proposal.id} is tier 4, which Countersign does not run: do its steps by hand and record it with "byhand".`,
    }
  }
  if (moment.mode === 'observe') {
    return {
      code: 'mode_observe',
      text: `Countersign only observes ${services.join(' and ')} now, so nothing is approved.`,
    }
  }
  if (moment.freeze === undefined) return undefined
  return {
    code: 'frozen',
    text: `${freezeText(moment.freeze)} Nothing is approved until then. ${howToLift(moment.freeze)}`,
  }
}

/** The quorum would not count it, so pressing is refused with the reason instead of being swallowed. */
function whyNotThisPerson({ proposal, incident, person }: DecisionGround, deps: Deps): Refusal | undefined {
  const verdict = judgeApprover(
    {
      tier: proposal.tier,
      requirement: proposal.required,
      requester: proposal.requester,
      people: deps.directory.list(),
      commander: incident.assignments['commander'] ?? null,
    },
    person.id,
  )
  if (verdict.counts) return undefined
  const code = person.id === proposal.requester && !proposal.required.requesterMayApprove ? 'requester' : 'not_allowed'
  return { code, text: `${verdict.reason} ${proposal.required.rules.join(' ')} The card names who can approve.` }
}

function whyNotByPolicy(
  deps: Deps,
  { proposal, person, origin, onCall }: DecisionGround,
  action: AuthorizedAction,
  { mode, freeze }: Moment,
): Refusal | undefined {
  const question = {
    action,
    resource: proposalResource(deps.catalog, proposal),
    context: { surface: origin, mode, isFrozen: freeze !== undefined },
  } as const
  const asOnCall = (standing: OnCallStanding) => ({ context: { ...question.context, onCall: standing } })
  const own = standingOf(onCall, person.id) ?? 'unknown'
  const principal = personPrincipal(person)
  const verdict = deps.authorize({ ...question, ...asOnCall(own), principal })
  if (verdict.verdict === 'allow') return undefined
  const why = verdict.reasons.map((reason) => reason.text.replace(/[.\s]+$/, '')).join('; ')
  const unread = own === 'unknown' && deps.authorize({ ...question, ...asOnCall('yes'), principal }).verdict === 'allow'
  const others = whoMay(deps, question, ({ id }) => ({ onCall: standingOf(onCall, id) ?? 'unknown' }))
  return {
    code: 'not_allowed',
    text: `${person.name} may not ${action} ${proposal.id}: ${why}.${unread ? UNREAD : ''}${others === '' ? '' : ` Ask ${others}, who may.`}`,
  }
}

const UNREAD = ' Who is on call could not be read, so nobody counts as on call. Try again in a minute.'
