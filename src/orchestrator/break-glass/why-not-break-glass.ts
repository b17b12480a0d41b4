import { findFreeze, freezeText, howToLift, modeFor, servicesOfPlan } from '../proposals/mode-and-freeze.ts'
import { personPrincipal } from '../authorization-subjects.ts'
import { proposalResource } from '../../executor/proposal-resource.ts'
import { whoMay } from '../who-may.ts'
import { whyNoEmergencyReason } from '../../policy/judge-emergency-reason.ts'
import { whyLogBehind } from '../decisions/why-log-behind.ts'
import { whyNotThisPlan } from '../decisions/why-not-decide.ts'
import type { DecisionGround } from '../decisions/decision-ground.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Refusal } from '../decisions/refusal.ts'
import type { Stores } from '../../ports/stores.ts'

/** Nobody has to look at a plan that could not run this way: what the configuration and the words themselves say. */
export function whyNotAtAll(deps: Deps, playbook: string, reason: string): Refusal | undefined {
  const { playbooks } = deps.settings.breakGlass
  const normal = `Propose it with "run ${playbook}".`
  if (playbooks.length === 0) {
    const text = `Break-glass is off: approvals.breakGlass.playbooks in countersign.yaml names no playbook. ${normal} An admin may name playbooks there.`
    return { code: 'break_glass_off', text }
  }
  if (!playbooks.includes(playbook)) {
    const text = `${playbook} is not on the list of break-glass (${playbooks.join(', ')}), so it needs its approvals. ${normal}`
    return { code: 'not_on_the_list', text }
  }
  const problem = whyNoEmergencyReason(reason)
  return problem === undefined ? undefined : { code: 'reason_missing', text: problem }
}

/** The quorum is all that is left out: the symptom, the mode, a freeze and the tier hold as for any run. */
export async function whyNotBreakGlass(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  asked: { readonly planHash: string | null; readonly reason: string },
): Promise<Refusal | undefined> {
  const { proposal, incident } = ground
  const early = whyNotAtAll(deps, proposal.plan.playbook.name, asked.reason) ?? whyNotSeen(ground, asked.planHash)
  if (early !== undefined) return early
  if (proposal.tier === 4) {
    const text = `${proposal.id} is tier 4, which Countersign does not run, not even by breaking the glass: do its steps by hand and record it with "byhand".`
    return { code: 'tier_4', text }
  }
  const services = servicesOfPlan(deps, incident, proposal.plan)
  const mode = modeFor(deps, services)
  if (mode === 'observe') {
    return { code: 'mode_observe', text: `Countersign only observes ${services.join(' and ')} now, so nothing runs.` }
  }
  const freeze = await findFreeze(deps, stores, { services, environment: incident.environment }, ground.now)
  if (freeze !== undefined) {
    const text = `${freezeText(freeze)} Break-glass does not go through a freeze. ${howToLift(freeze)}`
    return { code: 'frozen', text }
  }
  const refusal = whyNoEmergency(incident) ?? whyNotByPolicy(deps, ground, mode)
  // With nobody else who approves, the log is all there is.
  return refusal ?? whyLogBehind(deps, stores, [proposal.tier])
}

function whyNotSeen(ground: DecisionGround, planHash: string | null): Refusal | undefined {
  if (planHash !== null) return whyNotThisPlan(ground, 'approve', planHash)
  const { id, plan } = ground.proposal
  const text = `Nobody runs what they have not seen. Type "breakglass ${plan.playbook.name} <reason>" to see ${id} and how to confirm it.`
  return { code: 'hash_missing', text }
}

/** With no symptom there is time to ask. */
function whyNoEmergency({ id, quietSince }: Incident): Refusal | undefined {
  if (quietSince === null) return undefined
  const since = quietSince.toISOString().slice(11, 16)
  const text = `The symptom is gone since ${since} UTC: no alert of ${id} fires any more, so there is time for the approvals. The card names who can give them.`
  return { code: 'symptom_gone', text }
}

function whyNotByPolicy(deps: Deps, { proposal, person, origin }: DecisionGround, mode: string): Refusal | undefined {
  const question = {
    action: 'breakglass',
    resource: proposalResource(deps.catalog, proposal),
    context: { surface: origin, mode, isFrozen: false },
  } as const
  const verdict = deps.authorize({ ...question, principal: personPrincipal(person) })
  if (verdict.verdict === 'allow') return undefined
  const why = verdict.reasons.map((one) => one.text.replace(/[.\s]+$/, '')).join('; ')
  const others = whoMay(deps, question)
  const next = others === '' ? '' : ` Ask ${others}, who may.`
  return { code: 'not_allowed', text: `${person.name} may not break the glass for ${proposal.id}: ${why}.${next}` }
}
