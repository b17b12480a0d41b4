import type { Proposal } from '../domain/approval.ts'
import type { Plan } from '../domain/plan.ts'
import { endRun } from './end-run.ts'
import type { RunEnd } from './executor-deps.ts'
import type { Progress, RunSession } from './run-session.ts'

/**
 * The bytes in the database are not those that people signed: nothing of them runs, and someone has to look. Not even
 * their shape is relied on, since whoever wrote them may have left out what every plan has.
 */
export async function refusePlan(
  session: RunSession,
  reading: Omit<Progress, 'plan'>,
  reason: string,
): Promise<RunEnd> {
  session.deps.log.error({ runId: reading.run.id }, 'a stored plan is not the approved one')
  const plan = session.seen.verified?.plan ?? namesOnly(reading.proposal)
  const progress = { ...reading, plan, proposal: { ...reading.proposal, plan } }
  return endRun(session, progress, {
    state: 'stopped',
    reasonCode: 'plan_changed',
    reason,
    proposal: 'cancelled',
    asksAgain: reading.run.startedAt === null,
  })
}

/** For the record, what the bytes call it; no step of them, so that there is nothing to follow and nothing to undo. */
function namesOnly({ planJson }: Proposal): Plan {
  const said = JSON.parse(planJson) as unknown
  const playbook = memberOf(said, 'playbook')
  const named = (name: string) => textOf(memberOf(playbook, name)) ?? 'unknown'
  return {
    version: 1,
    playbook: { name: named('name'), title: named('title'), digest: named('digest') },
    service: textOf(memberOf(said, 'service')),
    environment: textOf(memberOf(said, 'environment')),
    ...{ inputs: {}, steps: [], onFailure: 'stop', tier: 4 },
    risk: { reversible: false, blastRadius: 'account', disturbed: [] },
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
