import { z } from 'zod'
import { parseArguments } from '../shared/parse-arguments.ts'
import { IncidentId, authorOf, candidatesOf, incidentOfStep, targetOf } from './incident-of-step.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionName, ActionResult, TargetState } from '../../domain/action.ts'
import type { EffectContext, ReconcileAnswer } from '../../ports/action-runner.ts'
import type { IncidentChange, PagerDutyClient } from './pagerduty-client.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyIncident } from './schema.ts'

/** One change of an incident's status: what it sets, when it stands already, and when it must not be asked for. */
export interface StatusChange {
  readonly name: ActionName
  readonly change: IncidentChange
  /** `acknowledged`, for the sentences. */
  readonly did: string
  isDone(incident: PagerDutyIncident): boolean
  /** Why it cannot be done, or null. */
  whyNot(incident: PagerDutyIncident): string | null
}

const Arguments = z.strictObject({ incident: IncidentId.optional() })

/** The part that `pagerduty/acknowledge` and `pagerduty/resolve` share: a status is set, absolutely. */
export function createStatusAction(client: PagerDutyClient, linked: LinkedIncidents, kind: StatusChange): ActionModule {
  const read = (args: JsonObject) => parseArguments(kind.name, Arguments, args)
  return {
    name: kind.name,
    describe: (args) => ({
      target: targetOf(read(args).incident),
      crashClass: 'idempotent',
      isVerification: false,
      effects: ['main'],
      // Finding and reading the incident comes before the call that counts.
      callTimeoutMs: client.timeoutMs * 3,
    }),
    readState: async (args, signal) => {
      const { incident } = read(args)
      return incident === undefined ? null : stateOf(await client.getIncident(incident, signal))
    },
    perform: async (args, _before, context) => {
      const id = await incidentOfStep(linked, read(args).incident, context)
      return change(client, kind, id, context)
    },
    poll: async () => ({ outcome: 'unknown', detail: 'A status of PagerDuty has nothing to wait for.' }),
    reconcile: async (args, _attempt, context) => {
      const candidates = await candidatesOf(linked, read(args).incident, context)
      return reconcile(client, kind, candidates ?? [], context)
    },
  }
}

async function change(
  client: PagerDutyClient,
  kind: StatusChange,
  id: string,
  context: EffectContext,
): Promise<ActionResult> {
  const incident = await client.getIncident(id, context.signal)
  if (kind.isDone(incident)) return changed(kind, incident, `PagerDuty incident ${id} was ${kind.did} already.`)
  const refused = kind.whyNot(incident)
  if (refused !== null) return { outcome: 'not_executed', detail: refused, retryAfterMs: null }
  const after = await client.changeIncident(id, kind.change, {
    from: authorOf(client, context),
    signal: context.signal,
  })
  if (kind.isDone(after)) return changed(kind, after, `PagerDuty incident ${id} is ${kind.did}.`)
  const detail = `PagerDuty took the change and shows incident ${id} as ${after.status}. Look at it there.`
  return { outcome: 'failed', detail, output: {}, after: stateOf(after) }
}

/** One incident is certain; which of several was meant is not, and then the change is simply asked for again. */
async function reconcile(
  client: PagerDutyClient,
  kind: StatusChange,
  candidates: readonly string[],
  context: EffectContext,
): Promise<ReconcileAnswer> {
  const [only, ...others] = candidates
  if (only !== undefined && others.length === 0) {
    const incident = await client.getIncident(only, context.signal)
    const detail = `PagerDuty incident ${only} is ${kind.did}.`
    if (kind.isDone(incident)) return { found: 'executed', result: changed(kind, incident, detail) }
    return { found: 'not_executed', detail: `PagerDuty incident ${only} is still ${incident.status}.` }
  }
  return { found: 'not_executed', detail: 'Asking again changes nothing that is changed already.' }
}

function changed(kind: StatusChange, incident: PagerDutyIncident, detail: string): ActionResult {
  return { outcome: 'done', detail, output: { incident: incident.id, status: kind.did }, after: stateOf(incident) }
}

export function stateOf(incident: PagerDutyIncident): TargetState {
  return { incident: incident.id, status: incident.status }
}
