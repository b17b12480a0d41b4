import { z } from 'zod'
import { oneLineText } from '../../kernel/clean-text.ts'
import { noFacts, readOrSay } from '../shared/step-facts.ts'
import { FIRST_ESCALATION } from './escalate-action.ts'
import type { ActionPreviewer, PreviewQuestion } from '../../ports/action-previewer.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

/** Finding the incident, its policy and who is on call, one after the other. */
const CALLS_MS = 10_000
const SOURCE = 'PagerDuty'
const LONGEST_NAME = 80

const Escalate = z.object({ incident: z.string().optional(), level: z.number().default(FIRST_ESCALATION) })
const Responders = z.object({ users: z.array(z.string()).default([]), policies: z.array(z.string()).default([]) })

/** Who will be paged, by name: those on call at the level that is escalated to, or those a step names. */
export function createPreviewer(client: PagerDutyClient, linked: LinkedIncidents): ActionPreviewer {
  return {
    source: SOURCE,
    actions: ['pagerduty/escalate', 'pagerduty/responders', 'pagerduty/workflow'],
    preview: async (question, signal) => {
      if (question.input.uses === 'pagerduty/workflow') {
        const unread = ['Whom the workflow pages could not be read: PagerDuty tells it nobody beforehand.']
        return { ...noFacts(SOURCE), unread }
      }
      const read = await readOrSay('Who will be paged', CALLS_MS, signal, (deadline) =>
        question.input.uses === 'pagerduty/escalate'
          ? listEscalated(client, linked, question, deadline)
          : listResponders(client, question, deadline),
      )
      return read.ok ? { ...noFacts(SOURCE), paged: read.value } : { ...noFacts(SOURCE), unread: [read.why] }
    },
  }
}

async function listEscalated(
  client: PagerDutyClient,
  linked: LinkedIncidents,
  { incidentId, input }: PreviewQuestion,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const step = Escalate.parse(input.with)
  const id = step.incident ?? (await linked.find(incidentId, signal))
  if (id === null) throw new Error('no open PagerDuty incident belongs to this one for certain.')
  const { escalation_policy: policy } = await client.getIncident(id, signal)
  if (policy == null) throw new Error('PagerDuty names no escalation policy of the incident.')
  return onCallAt(client, policy.id, step.level, signal)
}

async function listResponders(
  client: PagerDutyClient,
  { input }: PreviewQuestion,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { users, policies } = Responders.parse(input.with)
  const named = users.map(async (user) => [clean(await client.getUserName(user, signal))])
  const onCall = policies.map((policy) => onCallAt(client, policy, 1, signal))
  return [...new Set((await Promise.all([...named, ...onCall])).flat())]
}

async function onCallAt(
  client: PagerDutyClient,
  policyId: string,
  level: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const oncalls = await client.listOnCalls(policyId, signal)
  return [
    ...new Set(
      oncalls.flatMap(({ escalation_level: own, user }) =>
        user == null || (own ?? 1) !== level ? [] : [clean(user.name ?? user.summary ?? user.id)],
      ),
    ),
  ]
}

function clean(name: string): string {
  return oneLineText(name, LONGEST_NAME)
}
