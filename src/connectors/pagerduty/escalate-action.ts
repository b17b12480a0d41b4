import { z } from 'zod'
import { parseArguments } from '../shared/parse-arguments.ts'
import { IncidentId, authorOf, incidentOfStep, targetOf } from './incident-of-step.ts'
import { stateOf } from './status-action.ts'
import type { ActionModule } from '../action-module.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

/** The first level was paged when the incident was triggered. */
export const FIRST_ESCALATION = 2
const Arguments = z.strictObject({
  incident: IncidentId.optional(),
  level: z.int().min(1).max(20).default(FIRST_ESCALATION),
})

/**
 * `pagerduty/escalate`: sets the level, so that asking twice is asking once. PagerDuty does not tell the level an
 * incident is on, which is why an answer that got lost leads to asking again and not to a question.
 */
export function createEscalateAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  const read = (args: JsonObject) => parseArguments('pagerduty/escalate', Arguments, args)
  return {
    name: 'pagerduty/escalate',
    describe: (args) => ({
      target: targetOf(read(args).incident),
      crashClass: 'idempotent',
      isVerification: false,
      effects: ['main'],
      callTimeoutMs: client.timeoutMs * 3,
    }),
    readState: async (args, signal) => {
      const { incident } = read(args)
      return incident === undefined ? null : stateOf(await client.getIncident(incident, signal))
    },
    perform: async (args, _before, context) => {
      const { incident, level } = read(args)
      const id = await incidentOfStep(linked, incident, context)
      const { status } = await client.getIncident(id, context.signal)
      if (status === 'resolved') {
        const detail = `PagerDuty incident ${id} is resolved, so there is nobody to escalate to. Nothing was sent.`
        return { outcome: 'not_executed', detail, retryAfterMs: null }
      }
      const call = { from: authorOf(client, context), signal: context.signal }
      const after = await client.changeIncident(id, { escalation_level: level }, call)
      const detail = `PagerDuty incident ${id} is escalated to level ${String(level)}.`
      return { outcome: 'done', detail, output: { incident: id, level }, after: stateOf(after) }
    },
    poll: async () => ({ outcome: 'unknown', detail: 'An escalation has nothing to wait for.' }),
    reconcile: async () => ({
      found: 'not_executed',
      detail: 'PagerDuty does not tell the level; setting it again changes nothing that is set already.',
    }),
  }
}
