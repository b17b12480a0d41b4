import { COUNTERSIGN } from '../domain/actor.ts'
import { describeFollowUp } from '../summaries/describe-follow-up.ts'
import { incidentTarget } from './incident-target.ts'
import type { Deps } from './dependencies.ts'
import type { FollowUp } from '../domain/follow-up.ts'
import type { Incident } from '../domain/incident.ts'

const MOST_AT_ONCE = 20

/** A tick of the clock: what is still open is said again in the channel, also of incidents that are resolved. */
export async function remindFollowUps(deps: Deps): Promise<{ readonly reminded: readonly string[] }> {
  return deps.unitOfWork.run(async (stores) => {
    const due = await stores.followUps.claimReminders(MOST_AT_ONCE)
    for (const followUp of due) {
      const { incidentId } = followUp
      const incident = await stores.incidents.find(incidentId)
      if (incident === undefined) continue
      const text = reminderOf(followUp, incident)
      const details = { followUp: followUp.id, reminders: followUp.reminders }
      const record = { actor: COUNTERSIGN, origin: 'clock', outcome: 'success', incidentId, details } as const
      const target = incidentTarget(incident)
      await stores.audit.append([deps.seal({ ...record, event: 'follow_up.reminded', target })])
      await stores.outbox.append([{ kind: 'thread', incidentId, text, priority: 'status' }])
    }
    return { reminded: due.map(({ id }) => id) }
  })
}

function reminderOf(followUp: FollowUp, incident: Incident): string {
  const since = `${followUp.openedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const reopen = incident.state === 'resolved' ? `reopen ${incident.id}, then ` : ''
  const next =
    followUp.kind === 'revert'
      ? ''
      : ` When Git is reverted: ${reopen}run re-enable-auto-sync. It is refused while Git still holds what was rolled back from.`
  return `Still open since ${since}: ${describeFollowUp(followUp)}${next} To hand it over: byhand ${followUp.id} <who takes it on>.`
}
