import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import { IncidentId, authorOf, candidatesOf, incidentOfStep, markerOf, targetOf } from './incident-of-step.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'
import type { PagerDutyIncident } from './schema.ts'

const ids = z.array(z.string().min(1)).max(50).default([])
const Arguments = z.strictObject({
  incident: IncidentId.optional(),
  users: ids,
  policies: ids,
  message: z.string().trim().min(1).max(1_000),
})
type Arguments = z.infer<typeof Arguments>

/** `pagerduty/responders`: pages more people. The message ends with our marker, by which a lost answer is found again. */
export function createRespondersAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  const read = (args: JsonObject) => withSomebody(parseArguments('pagerduty/responders', Arguments, args))
  return {
    name: 'pagerduty/responders',
    describe: (args) => ({
      target: targetOf(read(args).incident),
      crashClass: 'queryable',
      isVerification: false,
      effects: ['main'],
      callTimeoutMs: client.timeoutMs * 3,
    }),
    readState: async (args) => {
      read(args)
      return null
    },
    perform: async (args, _before, context) => {
      const { incident, users, policies, message } = read(args)
      const id = await incidentOfStep(linked, incident, context)
      const from = authorOf(client, context)
      const requesterId = await client.findUser(from, context.signal)
      if (requesterId === null) throw unknownAuthor(from)
      const targets = [
        ...users.map((user) => ({ id: user, type: 'user_reference' })),
        ...policies.map((policy) => ({ id: policy, type: 'escalation_policy_reference' })),
      ]
      const words = `${message} ${markerOf(context.idempotencyKey)}`
      await client.requestResponders(id, { requesterId, message: words, targets }, { from, signal: context.signal })
      return called(id, targets.length)
    },
    poll: async () => ({ outcome: 'unknown', detail: 'A call for responders has nothing to wait for.' }),
    reconcile: async (args, attempt, context) => {
      const { incident, users, policies } = read(args)
      const candidates = await candidatesOf(linked, incident, context)
      if (candidates === null) {
        return { found: 'unknown', detail: 'Too many PagerDuty incidents could be meant. Look there who was called.' }
      }
      const marker = markerOf(attempt.idempotencyKey)
      for (const candidate of candidates) {
        if (!carries(await client.getIncident(candidate, context.signal), marker)) continue
        return { found: 'executed', result: called(candidate, users.length + policies.length) }
      }
      return { found: 'not_executed', detail: `No call for responders in PagerDuty carries ${marker}.` }
    },
  }
}

function withSomebody(args: Arguments): Arguments {
  if (args.users.length + args.policies.length > 0) return args
  throw new RefusedError('nobody_to_call', 'pagerduty/responders names nobody: give users or policies.')
}

function unknownAuthor(from: string): RefusedError {
  return new RefusedError('unknown_author', `PagerDuty knows no user ${from}. Set PAGERDUTY_FROM to one it knows.`)
}

function carries(incident: PagerDutyIncident, marker: string): boolean {
  const asked = [...(incident.responder_requests ?? []), ...(incident.incidents_responders ?? [])]
  return asked.some(({ message }) => message?.includes(marker) === true)
}

function called(incident: string, count: number): ActionResult {
  const detail = `PagerDuty calls ${String(count)} more to incident ${incident}.`
  return { outcome: 'done', detail, output: { incident, called: count }, after: null }
}
