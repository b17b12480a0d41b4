import type { Clock } from '../../kernel/clock.ts'
import type { OnCall } from '../../ports/directory.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

type OnCallPerson = Awaited<ReturnType<OnCall['listOnCall']>>[number]

const KEEP_MS = 60_000
const MOST_KEPT = 1_000

/**
 * Who is on call by the service's escalation policy: the first level that has somebody. An answer is kept for a
 * minute, since every refresh of every card asks; a failure is never kept.
 */
export function createOnCall(client: PagerDutyClient, clock: Clock): OnCall {
  const kept = new Map<string, { readonly untilMs: number; readonly people: readonly OnCallPerson[] }>()

  return {
    listOnCall: async (service, signal) => {
      const id = service.pagerdutyServiceId
      if (id === null) return []
      const nowMs = clock.monotonicMs()
      const known = kept.get(id)
      if (known !== undefined && known.untilMs > nowMs) return known.people
      const people = await ask(client, id, signal)
      if (kept.size >= MOST_KEPT) kept.clear()
      kept.set(id, { untilMs: nowMs + KEEP_MS, people })
      return people
    },
  }
}

async function ask(client: PagerDutyClient, serviceId: string, signal: AbortSignal): Promise<readonly OnCallPerson[]> {
  const policy = await client.findEscalationPolicy(serviceId, signal)
  if (policy === null) return []
  const oncalls = (await client.listOnCalls(policy, signal)).filter((oncall) => oncall.user != null)
  const first = Math.min(...oncalls.map((oncall) => oncall.escalation_level ?? 1))
  const people = new Map<string, OnCallPerson>()
  for (const { escalation_level: level, user } of oncalls) {
    if (user == null || (level ?? 1) !== first) continue
    people.set(user.id, { name: user.name ?? user.summary ?? user.id, email: user.email ?? null })
  }
  return [...people.values()]
}
