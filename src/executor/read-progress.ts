import { findFreezeOn } from '../domain/freeze.ts'
import type { Freeze } from '../domain/freeze.ts'
import { stricterMode } from '../domain/mode.ts'
import type { Mode } from '../domain/mode.ts'
import type { Proposal } from '../domain/approval.ts'
import { findService } from '../domain/service-catalog.ts'
import type { Plan } from '../domain/plan.ts'
import type { Run } from '../domain/run.ts'
import { FencedError, NotFoundError } from '../kernel/errors.ts'
import type { AuthorizationVerdict } from '../domain/authorization.ts'
import { findGlass, glassFacts } from './glass-ground.ts'
import type { Grounds } from './check-before-step.ts'
import type { ExecutorDeps } from './executor-deps.ts'
import type { Attempt } from '../domain/run.ts'
import { listWindowFreezes } from '../policy/freeze-windows.ts'
import { missingApproval, missingForGlass } from './missing-approval.ts'
import { missingEarlierApproval, readEarlierApprovals } from './earlier-approvals.ts'
import { servicesActedOn } from '../policy/blast-radius.ts'
import type { RunSession } from './run-session.ts'

export interface Reading {
  readonly run: Run
  readonly proposal: Proposal
  readonly isExpired: boolean
  readonly attempts: readonly Attempt[]
}

/** The run, its proposal and its ledger, as they are now; another fence means that we are out. */
export async function readProgress(session: RunSession): Promise<Reading> {
  const { stores } = session.deps
  const { id, proposalId } = session.held.lease.run
  const [run, proposal, attempts] = await Promise.all([
    stores.runs.find(id),
    readProposal(session),
    stores.ledger.list(id),
  ])
  if (run?.fence !== session.held.lease.fence) throw new FencedError(id)
  if (run.startedAt !== null) session.seen.hasStarted = true
  if (proposal === undefined) throw new NotFoundError('proposal', proposalId)
  return { run, ...proposal, attempts }
}

/**
 * Expiry counts until the first step has started; the intent checks it once more, in its own statement. Only until then
 * the row is locked to read it, which is a write that has to reach the disk.
 */
async function readProposal({
  deps,
  held,
  seen,
}: RunSession): Promise<Pick<Reading, 'proposal' | 'isExpired'> | undefined> {
  const { stores } = deps
  const { proposalId, startedAt } = held.lease.run
  if (startedAt === null && !seen.hasStarted) return stores.proposals.lock(proposalId)
  const proposal = await stores.proposals.find(proposalId)
  return proposal === undefined ? undefined : { proposal, isExpired: false }
}

export interface GroundsRead extends Grounds {
  /** Which version of policies and playbooks said so. */
  readonly configuration: string | null
  /** The same decisions against the directory of this very moment. */
  readonly missingNow: () => string | null
}

/** What has to hold before a step, read anew and not remembered. */
export async function readGrounds(session: RunSession, plan: Plan): Promise<GroundsRead> {
  const { deps } = session
  const { incidentId, proposalId } = session.held.lease.run
  const [reading, decisions, freezes, alerts, incident, isSymptomGoneConfirmed, earlier] = await Promise.all([
    readProgress(session),
    deps.stores.decisions.list(proposalId),
    deps.stores.freezes.listActive(),
    deps.stores.alerts.countByIncidents([incidentId]),
    deps.stores.incidents.find(incidentId),
    deps.stores.runControl.isSymptomGoneConfirmed(proposalId),
    readEarlierApprovals(session, plan),
  ])
  const service = findService(deps.catalog, plan.service)
  // As when it was approved: where the symptom is counts as well as what is acted on.
  const concerned = [plan.service, incident?.service ?? null, ...servicesActedOn(deps.catalog, plan.steps)]
  const freeze = findFreezeOn([...freezes, ...(await recurringFreezes(deps, concerned, plan.environment))], concerned)
  const mode = concerned.reduce<Mode>(
    (strictest, name) => stricterMode(strictest, findService(deps.catalog, name)?.mode ?? strictest),
    deps.settings.mode,
  )
  const { name, digest } = plan.playbook
  const isPlaybookAccepted =
    deps.playbooks.some((candidate) => candidate.name === name && candidate.digest === digest) ||
    (await deps.stores.configuration.isAcceptedPlaybook(name, digest))
  const glass = await findGlass(deps, reading.proposal)
  // From here on nothing is waited for: policy, playbook and digest are of one version.
  const playbook = deps.playbooks.find((candidate) => candidate.name === name)
  const missingNow = () => {
    const people = deps.directory.list()
    const commander = incident?.assignments['commander'] ?? null
    const owner = service?.owner ?? null
    const missingQuorum = () =>
      missingApproval({
        plan,
        proposal: reading.proposal,
        decisions,
        ...{ people, commander, owner },
        mayRunByItself: mode === 'act' && playbook?.autonomous === true,
      })
    const own = glass === null ? missingQuorum() : missingForGlass(glassFacts(deps, reading.proposal, glass.use, mode))
    return own ?? missingEarlierApproval(plan, { ...earlier, ...reading, people, commander, owner })
  }
  return {
    ...reading,
    plan,
    decisions,
    findPerson: (personId) => deps.directory.findById(personId),
    freeze,
    mode,
    playbook,
    isPlaybookAccepted,
    configuration: deps.configuration.digest,
    isSymptomGoneConfirmed,
    policy: askPolicy(deps, reading.run, reading.proposal, plan, { mode, isFrozen: freeze !== undefined }),
    alerts: alerts.get(incidentId) ?? { total: 0, firing: 0 },
    missingApproval: missingNow(),
    glass: glass === null ? null : { brokenBy: glass.use.personId, until: glass.use.until, isOver: glass.isOver },
    missingNow,
    hasActed: hasActed(plan, reading.attempts),
  }
}

/** Their clock is asked only where there are any. */
async function recurringFreezes(
  { stores, settings, catalog }: ExecutorDeps,
  services: readonly (string | null)[],
  environment: string | null,
): Promise<readonly Freeze[]> {
  const { freezeWindows } = settings
  if (freezeWindows.length === 0) return []
  return listWindowFreezes(freezeWindows, { services, environment, catalog, now: await stores.freezes.now() })
}

function hasActed(plan: Plan, attempts: readonly Attempt[]): boolean {
  const effects = plan.steps.filter((step) => !step.isVerification).map(({ id }) => id)
  return attempts.some(({ stepId }) => effects.includes(stepId))
}

function askPolicy(
  deps: ExecutorDeps,
  run: Run,
  proposal: Proposal,
  plan: Plan,
  context: { readonly mode: string; readonly isFrozen: boolean },
): AuthorizationVerdict {
  const service = findService(deps.catalog, plan.service)
  return deps.authorize({
    principal: { type: 'Service', id: 'countersign', roles: [], groups: [] },
    action: 'execute',
    resource: {
      type: 'Run',
      id: run.id,
      service: plan.service,
      owner: service?.owner ?? null,
      environment: plan.environment,
      criticality: service?.criticality ?? null,
      tier: plan.tier,
      requester: proposal.requester,
    },
    context: { surface: 'clock', ...context },
  })
}
