import { acknowledgeIncident } from '../../../src/orchestrator/acknowledge-incident.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { assignRole } from '../../../src/orchestrator/assign-role.ts'
import { breakGlass } from '../../../src/orchestrator/break-glass/break-glass.ts'
import { recordFeedback } from '../../../src/orchestrator/record-feedback.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { openProposal } from '../../integration/decisions/presses.ts'
import { openScene, playbookOf } from '../../integration/decisions/world.ts'
import { press } from '../../integration/decisions/presses.ts'
import { proposePlaybook } from '../../../src/orchestrator/propose-playbook.ts'
import { ANA, BO, CY, DI, EVE } from './parity-world.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { ParityWorld } from './parity-world.ts'
import type { Proposal } from '../../../src/domain/approval.ts'

/** What stands before something is said; its values are put into the words: `status {i}`. */
export interface Ground {
  /** The incident. */
  readonly i: string
  /** Its proposal, the first 8 of the plan's hash, and its run. */
  readonly p?: string
  readonly h?: string
  readonly r?: string
}

export type Arrange = (world: ParityWorld) => Promise<Ground>

export const anIncident: Arrange = async ({ world }) => ({ i: (await openScene(world)).incident.id })

/** No grounds at all: the words stand for themselves. */
export const nothing: Arrange = () => Promise.resolve({ i: 'INC-0' })

export const unknownIncident: Arrange = () => Promise.resolve({ i: 'INC-999999' })

function groundOf(proposal: Proposal): Ground {
  return { i: proposal.incidentId, p: proposal.id, h: proposal.planHash.slice(0, 8) }
}

/** A proposal of the bot that one other approver can approve. */
export const proposed: Arrange = async ({ world }) => groundOf(await openProposal(world, 2))

/** One that takes two people, one of them of the owning group, of which the other has approved. */
export const halfApproved: Arrange = async ({ world, deps }) => {
  const proposal = await openProposal(world, 3)
  await press(deps, proposal, BO)
  return groundOf(proposal)
}

/** Cy asks something about it, and nobody has answered. */
export const asked: Arrange = async ({ world, deps }) => {
  const { id, incidentId, planHash } = await openProposal(world, 2)
  await askQuestion(deps, {
    ...{ proposalId: id, incidentId, person: CY, origin: 'console', text: 'does cart need the new format' },
  })
  return { i: incidentId, p: id, h: planHash.slice(0, 8) }
}

/** Requested by Di. */
export const requestedByDi: Arrange = async (parity) => {
  const { i } = await anIncident(parity)
  const { proposal } = await proposePlaybook(parity.deps, {
    ...{ incidentId: i, playbook: playbookOf().name, inputs: {}, personId: DI.id, origin: 'console' },
  })
  return groundOf(proposal)
}

/** Approved, with its run about to start. */
export const approved: Arrange = async ({ world, deps }) => {
  const proposal = await openProposal(world, 2)
  await press(deps, proposal, BO)
  const [run] = await deps.stores.runs.listByIncident(proposal.incidentId)
  return { ...groundOf(proposal), r: run?.id ?? '' }
}

/** Bo ran it without its approval, and nobody has looked at that yet. */
export const glassBroken: Arrange = async ({ world, deps }) => {
  const proposal = await openProposal(world, 2)
  const { run } = await breakGlass(deps, {
    ...{ proposalId: proposal.id, incidentId: null, personId: BO.id, planHash: proposal.planHash, origin: 'console' },
    reason: 'checkout is down and nobody answers',
  })
  return { ...groundOf(proposal), r: run.id }
}

/** What the executor would have written, without an executor: the verbs are tried here, not the engine. */
function runThatIs(state: string, attempt?: 'unknown' | 'done' | 'sent'): Arrange {
  return async (parity) => {
    const ground = await approved(parity)
    const { query } = parity.world
    const ended = state === 'failed' ? ', finished_at = now()' : ''
    await query(`UPDATE runs SET state = $2, started_at = now()${ended} WHERE id = $1`, [ground.r, state])
    if (attempt === undefined) return ground
    await query(
      `INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
         idempotency_key, fence, request_hash, before, sent_at, finished_at)
       VALUES ($1, 'rollback', 0, 'forward', 'main', 1, 'argocd/rollback', 'queryable', $2,
         'key-' || $1, 1, 'hash', '{"historyId":"42"}', now(), now())`,
      [ground.r, attempt],
    )
    return ground
  }
}

export const running = runThatIs('running', 'sent')
export const unknownStep = runThatIs('unknown', 'unknown')
export const failed = runThatIs('failed', 'done')
export const succeeded = runThatIs('succeeded', 'done')

/** The run has ended on the record of its playbook, and the incident is over: people are asked how it went. */
export const over: Arrange = async (parity) => {
  const ground = await succeeded(parity)
  const place = { service: 'checkout', owner: 'payments', criticality: 2 }
  const record = { playbook: playbookOf().name, ...place, outcome: 'succeeded', runId: ground.r ?? '' } as const
  await parity.deps.stores.playbookRecords.append(record)
  await resolveIncident(parity.deps, { incidentId: ground.i, person: EVE, origin: 'console' })
  return ground
}

/** Somebody has said already that the cause was right. */
export function causeSaidRight(arrange: Arrange, by: Person): Arrange {
  return async (parity) => {
    const ground = await arrange(parity)
    const said = { incidentId: ground.i, person: by, origin: 'console', about: null } as const
    await recordFeedback(parity.deps, { ...said, question: 'cause', answer: 'yes' })
    return ground
  }
}

/** The same, and then: ended, frozen, led by somebody else, changed. */
export function resolved(arrange: Arrange): Arrange {
  return async (parity) => {
    const ground = await arrange(parity)
    await resolveIncident(parity.deps, { incidentId: ground.i, person: EVE, origin: 'console' })
    return ground
  }
}

export function frozen(arrange: Arrange): Arrange {
  return async (parity) => {
    const ground = await arrange(parity)
    const freeze = {
      service: 'checkout',
      for: '2h',
      reason: 'end of quarter',
      personId: BO.id,
      origin: 'console',
    } as const
    await freezeService(parity.deps, freeze)
    return ground
  }
}

/** Eve has taken it and leads it. */
export function ledByEve(arrange: Arrange): Arrange {
  return async (parity) => {
    const ground = await arrange(parity)
    const intent = { incidentId: ground.i, person: EVE, origin: 'console' } as const
    await acknowledgeIncident(parity.deps, intent)
    await assignRole(parity.deps, { ...intent, role: 'commander', assignee: EVE })
    return ground
  }
}

/** Ana proposed other inputs since: the plan that was read is not the plan that stands. */
export function changedPlan(arrange: Arrange): Arrange {
  return async (parity) => {
    const ground = await arrange(parity)
    await proposePlaybook(parity.deps, {
      ...{ incidentId: ground.i, playbook: playbookOf().name, inputs: {}, personId: ANA.id, origin: 'console' },
    })
    return ground
  }
}

/**
 * Every case begins in an installation without incidents, and so with the same ids on every surface. Rows are deleted
 * where there are any: to truncate some forty tables makes as many new files each time, which took half of the suite.
 */
export async function clearGround({ world }: ParityWorld): Promise<void> {
  await world.query(CLEAR)
}

/** Everything that hangs on an incident, a change or a freeze; as a replica would, so in any order. */
const CLEAR = `DO $$
DECLARE
  held regclass;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR held IN
    WITH RECURSIVE hanging(name) AS (
      SELECT unnest(ARRAY['incidents', 'changes', 'freezes', 'playbook_records']::regclass[])
      UNION
      SELECT conrelid::regclass FROM pg_constraint JOIN hanging ON confrelid = hanging.name WHERE contype = 'f'
    )
    SELECT name FROM hanging
  LOOP
    EXECUTE format('DELETE FROM %s', held);
  END LOOP;
  PERFORM setval(name::regclass, 1, false)
    FROM unnest(ARRAY['incident_ids', 'proposal_ids', 'run_ids', 'change_ids', 'evidence_ids']) AS name
    WHERE to_regclass(name) IS NOT NULL;
END $$`
