import type { Alert } from '../../domain/alert.ts'
import type { Suspect } from '../../domain/change-event.ts'
import type { Playbook } from '../../domain/playbook.ts'
import { RefusedError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { suggest } from '../../kernel/suggest.ts'
import { findFittingAlert } from '../../playbooks/shortlist-playbooks.ts'
import type { Deps } from '../dependencies.ts'
import { planForIncident } from './plan-for-incident.ts'
import type { PlanDraft } from './plan-for-incident.ts'
import type { ProposalGround } from './proposal-ground.ts'

export interface RequestedPlan {
  readonly playbook: Playbook
  readonly draft: PlanDraft
  /** What speaks for it, and what the bot itself would not have proposed it for, one sentence each. */
  readonly reasons: readonly string[]
}

/**
 * A person may ask for a playbook that the bot would not choose: its matchers and its confidence do not bind them, and
 * the card says so. What the playbook cannot be filled in with is refused all the same.
 */
export async function planOnRequest(
  deps: Deps,
  ground: ProposalGround,
  name: string,
  given: JsonObject,
): Promise<RequestedPlan> {
  const playbook = getPlaybook(deps, name)
  const alert = findFittingAlert(playbook, ground.alerts, ground.incident.service) ?? null
  const suspect = ground.findings.suspects.find((candidate) => candidate.kind === playbook.match.change) ?? null
  const answer = await planForIncident(deps, {
    incident: ground.incident,
    playbook,
    alert: alert ?? ground.alerts[0] ?? null,
    suspect,
    given,
  })
  if (!answer.ok) {
    throw new RefusedError(
      'playbook_unfit',
      `${playbook.name} does not fit ${ground.incident.id}: ${answer.reasons.join(' ')} Type "playbooks" to see what fits.`,
    )
  }
  return { playbook, draft: answer.draft, reasons: reasonsOf(playbook, alert, suspect, ground) }
}

function getPlaybook(deps: Deps, name: string): Playbook {
  const playbook = deps.playbooks.find((candidate) => candidate.name === name.toLowerCase())
  if (playbook !== undefined) return playbook
  const names = deps.playbooks.map((candidate) => candidate.name)
  const near = suggest(name, names)
  const hint = near === undefined ? 'Type "playbooks" to see them.' : `Did you mean ${near}?`
  throw new RefusedError('unknown_playbook', `There is no playbook ${JSON.stringify(name.slice(0, 64))}. ${hint}`)
}

function reasonsOf(
  playbook: Playbook,
  alert: Alert | null,
  suspect: Suspect | null,
  ground: ProposalGround,
): readonly string[] {
  const reasons: string[] = []
  if (alert !== null && playbook.match.alerts.length > 0) reasons.push(`The alert ${alert.name} fits its matchers.`)
  if (alert === null && playbook.match.alerts.length > 0) reasons.push('No alert of this incident fits its matchers.')
  if (suspect !== null) {
    const isLeading = ground.findings.suspects[0]?.changeId === suspect.changeId
    const percent = String(Math.round(suspect.probability * 100))
    reasons.push(
      `It acts on ${suspect.changeId} (${suspect.kind} of ${suspect.service}, ${percent} %)${isLeading ? '' : ', which is not the leading suspect'}.`,
    )
  }
  return reasons
}
