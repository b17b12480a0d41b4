import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { openScene, recordSuccesses } from './world.ts'
import type { DecisionInput, DecisionResult } from '../../../src/orchestrator/record-decision.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { ProposalStore } from '../../../src/ports/proposal-store.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { World } from './world.ts'

/** A fresh incident with the bot's proposal: tier 2 where the playbook has succeeded on the service before, else 3. */
export async function openProposal(world: World, tier: 1 | 2 | 3 = 2): Promise<Proposal> {
  const service = tier === 1 ? 'shop' : 'checkout'
  if (tier < 3) await recordSuccesses(world, service, 1)
  else await world.query(`DELETE FROM playbook_records`)
  const { incident } = await openScene(world, { service })
  const made = await proposeForIncident(world.deps, { incidentId: incident.id })
  if (made.outcome !== 'proposed' || made.proposal.tier !== tier) throw new Error(JSON.stringify(made))
  return made.proposal
}

export function press(
  deps: Deps,
  proposal: Proposal,
  { id }: Pick<Person, 'id'>,
  change: Partial<DecisionInput> = {},
): Promise<DecisionResult> {
  return recordDecision(deps, {
    proposalId: proposal.id,
    incidentId: proposal.incidentId,
    personId: id,
    decision: 'approve',
    planHash: proposal.planHash,
    reason: change.decision === 'reject' ? 'No' : null,
    origin: 'slack',
    ...change,
  })
}

/** What came of it as one word: the outcome, or the code of the refusal. */
export async function pressed(...args: Parameters<typeof press>): Promise<string> {
  try {
    return (await press(...args)).outcome
  } catch (error) {
    if (error instanceof RefusedError) return error.code
    throw error
  }
}

/** The same replica with a part of its proposal store replaced: how a guard is taken out. */
export function withProposals(deps: Deps, change: (store: ProposalStore) => Partial<ProposalStore>): Deps {
  return withStores(deps, ({ proposals }) => ({ proposals: { ...proposals, ...change(proposals) } }))
}

/** The same for any of its stores. */
export function withStores(deps: Deps, change: (stores: Stores) => Partial<Stores>): Deps {
  const run: Deps['unitOfWork']['run'] = (work) =>
    deps.unitOfWork.run((stores) => work({ ...stores, ...change(stores) }))
  return { ...deps, unitOfWork: { ...deps.unitOfWork, run } }
}

export interface Ending {
  readonly state: string
  readonly runs: number
  readonly approvals: readonly string[]
  readonly rejections: readonly string[]
}

export async function endingOf(world: World, proposal: Proposal): Promise<Ending> {
  const { stores } = world.deps
  const [now, runs, decisions] = await Promise.all([
    stores.proposals.find(proposal.id),
    stores.runs.listByIncident(proposal.incidentId),
    stores.decisions.list(proposal.id),
  ])
  const live = decisions.filter((decision) => decision.withdrawnAt === null)
  const by = (kind: string) => live.filter((each) => each.decision === kind).map((each) => each.personId)
  return { state: now?.state ?? 'gone', runs: runs.length, approvals: by('approve'), rejections: by('reject') }
}
