import { handlePress, handleUtterance } from '../../../src/orchestrator/index.ts'
import { openProposal, press as decide } from './presses.ts'
import { ANA, BO, CY, DI, EVE, openScene, openWorld } from './world.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FeedbackView } from '../../../src/domain/incident-view.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Press, Reply } from '../../../src/orchestrator/index.ts'
import type { World } from './world.ts'

export const TEAM = 'T0001'
const onSlack = (someone: Person): Person => ({ ...someone, slack: { team: TEAM, user: `U-${someone.id}` } })

export interface FeedbackWorld {
  readonly world: World
  readonly deps: Deps
  close(): Promise<void>
}

/** People are known by their Slack accounts and by their console sessions. */
export async function openFeedbackWorld(): Promise<FeedbackWorld> {
  const world = await openWorld()
  world.people = [ANA, BO, CY, DI, EVE].map(onSlack)
  const deps = world.replica({
    directory: {
      ...world.deps.directory,
      findByAccount: ({ surface, tenant, user }) =>
        surface === 'console'
          ? world.people.find(({ id }) => id === user)
          : world.people.find(({ slack }) => slack?.team === tenant && slack.user === user),
    },
  })
  return { world, deps, close: () => world.close() }
}

export const resolve = (deps: Deps, incidentId: string) =>
  resolveIncident(deps, { incidentId, person: EVE, origin: 'console' })

/** A resolved incident whose card names a deploy as the cause. */
export async function resolvedIncident({ world, deps }: FeedbackWorld): Promise<{ id: string; changeId: string }> {
  const { incident, change } = await openScene(world)
  await resolve(deps, incident.id)
  return { id: incident.id, changeId: change.id }
}

/** The same, and the playbook ran: what the executor would have written, without an executor. */
export async function incidentWithRun(
  { world, deps }: FeedbackWorld,
  state: 'succeeded' | 'failed' | 'stopped' = 'succeeded',
): Promise<{ id: string; runId: string }> {
  const proposal = await openProposal(world)
  await decide(deps, proposal, BO)
  const [run] = await deps.stores.runs.listByIncident(proposal.incidentId)
  const runId = run?.id ?? ''
  await world.query('UPDATE runs SET state = $2, started_at = now(), finished_at = now() WHERE id = $1', [runId, state])
  if (state !== 'stopped') {
    const where = { playbook: proposal.plan.playbook.name, service: 'checkout', owner: 'payments', criticality: 2 }
    await deps.stores.playbookRecords.append({ ...where, outcome: state, runId })
  }
  await resolve(deps, proposal.incidentId)
  return { id: proposal.incidentId, runId }
}

export function say(deps: Deps, person: Person, text: string): Promise<Reply> {
  const account = { surface: 'console', tenant: 'console', user: person.id, displayName: '' } as const
  return handleUtterance(deps, { surface: 'console', account, channel: null, message: null, text })
}

/** Presses a button as the console would send it; anything of it can be another. */
export function pressFeedback(deps: Deps, person: Person, incidentId: string, change: Partial<Press>): Promise<Reply> {
  const account = { surface: 'console', tenant: 'console', user: person.id, displayName: '' } as const
  return handlePress(deps, {
    ...{ surface: 'console', account, channel: null, message: null, verb: 'feedback', incidentId },
    ...{ proposalId: null, planHash: null, text: null, stepId: null, answer: 'right', about: null },
    ...change,
  })
}

/** What the card asks now. */
export async function asked(deps: Deps, incidentId: string): Promise<readonly FeedbackView[]> {
  return (await loadIncidentView(deps, incidentId))?.feedback ?? []
}

/** The entries about answers, oldest first. */
export async function answersOnRecord({ world }: FeedbackWorld, incidentId: string): Promise<readonly JsonObject[]> {
  const rows = await world.query<{ entry: JsonObject }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb AS entry FROM audit_leaves
      WHERE incident_id = $1 AND event = 'feedback.recorded' ORDER BY id`,
    [incidentId],
  )
  return rows.map(({ entry }) => entry)
}
