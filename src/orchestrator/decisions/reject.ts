import { incidentTarget } from '../incident-target.ts'
import { planFields } from '../../audit/plan-fields.ts'
import { humanActor } from '../../domain/actor.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { NOTHING_MISSING } from './nothing-missing.ts'
import type { Decided, DecisionInput } from './decision-result.ts'
import { hasStarted } from './decision-ground.ts'
import type { DecisionGround } from './decision-ground.ts'
import { endProposal } from './end-proposal.ts'
import { insertDecision } from './insert-decision.ts'
import { recordRefusal } from './refusal.ts'
import type { Refusal } from './refusal.ts'

export const LONGEST_REASON = 500
export const REASON_MISSING: Refusal = {
  code: 'reason_missing',
  text: 'A rejection needs a reason: type "reject <reason>".',
}

/** One rejection ends it, and wins until the first intent is durable; after that the run is asked to stop. */
export async function reject(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  input: DecisionInput,
): Promise<Decided> {
  const reason = oneLineText(input.reason ?? '', LONGEST_REASON)
  if (reason === '') {
    return { kind: 'refused', refusal: await recordRefusal(deps, stores, ground, 'reject', REASON_MISSING) }
  }
  if (hasStarted(ground)) return stopInstead(deps, stores, ground, reason)
  const { proposal, person } = ground
  // Who had approved takes that back by rejecting.
  await stores.decisions.withdraw(proposal.id, person.id)
  const decision = await insertDecision(stores, ground, 'reject', reason)
  const text = `${person.name} rejects ${proposal.id}: ${reason}.`
  const ended = await endProposal(deps, stores, ground, {
    to: 'rejected',
    actor: humanActor(person),
    origin: ground.origin,
    reason: `${person.name}: ${reason}`,
    text,
    details: { decision: 'reject', roles: person.roles, rolesFrom: 'directory', planHashSeen: proposal.planHash },
  })
  return {
    kind: 'result',
    result: {
      outcome: 'rejected',
      proposal: ended.proposal,
      decision,
      run: ended.run,
      missing: NOTHING_MISSING,
      text,
    },
  }
}

async function stopInstead(deps: Deps, stores: Stores, ground: DecisionGround, reason: string): Promise<Decided> {
  const { proposal, person, run } = ground
  const stopped = run === undefined ? undefined : await stores.runs.requestStop(run.id, person.id, reason)
  if (stopped !== undefined) {
    await stores.audit.append([
      deps.seal({
        event: 'run.stop_requested',
        actor: humanActor(person),
        origin: ground.origin,
        outcome: 'success',
        ...planFields(proposal),
        target: incidentTarget(proposal.plan),
        runId: stopped.id,
        details: { reason, by: 'reject' },
      }),
    ])
    await stores.jobs.enqueue('run.advance', { runId: stopped.id }, { singletonKey: stopped.id })
  }
  await stores.outbox.append([{ kind: 'card', incidentId: proposal.incidentId, priority: 'approval' }])
  return {
    kind: 'result',
    result: {
      outcome: stopped === undefined ? 'already_decided' : 'stop_requested',
      proposal,
      decision: null,
      run: stopped ?? run ?? null,
      missing: NOTHING_MISSING,
      text:
        stopped === undefined
          ? `${run?.id ?? 'The run'} has ended already (${run?.state ?? 'ended'}), so there is nothing to reject.`
          : `${stopped.id} has started, so it cannot be rejected any more; it stops before its next step.`,
    },
  }
}
