import { findFreezeOn } from '../domain/freeze.ts'
import type { Freeze } from '../domain/freeze.ts'
import { stricterMode } from '../domain/mode.ts'
import type { Mode } from '../domain/mode.ts'
import type { Proposal } from '../domain/approval.ts'
import { findService } from '../domain/service-catalog.ts'
import type { Plan } from '../domain/plan.ts'
import type { Run } from '../domain/run.ts'
import { FencedError, NotFoundError } from '../kernel/errors.ts'
import type { Unchanged } from '../ports/ledger-store.ts'
import type { RunReading } from '../ports/run-reading-store.ts'
import type { AuthorizationVerdict } from '../domain/authorization.ts'
import { askStandings } from './ask-standings.ts'
import type { Standings } from './ask-standings.ts'
import { findDisowned } from './find-disowned.ts'
import { saidInFavour } from './said-in-favour.ts'
import { findGlass, glassFacts } from './glass-ground.ts'
import type { Grounds } from './check-before-step.ts'
import type { ExecutorDeps } from './executor-deps.ts'
import type { Attempt } from '../domain/run.ts'
import { listWindowFreezes } from '../policy/freeze-windows.ts'
import { missingUndoer } from './missing-undoer.ts'
import { runResource } from './run-resource.ts'
import { missingApproval, missingForGlass, quorumOf } from './missing-approval.ts'
import type { ApprovalFacts } from './missing-approval.ts'
import { asProposalOfStep } from './as-proposal-of-step.ts'
import { missingEarlierApproval, readEarlierApprovals } from './earlier-approvals.ts'
import type { ForbiddenIn } from './earlier-approvals.ts'
import { findFatigued } from './find-fatigued.ts'
import { findForbidden } from './find-forbidden.ts'
import { servicesActedOn, servicesActedOnBothWays } from '../policy/blast-radius.ts'
import type { Progress, RunSession } from './run-session.ts'

/**
 * The run, its proposal, its ledger and all that has to hold, as of one moment; another fence means that we are out.
 * Whoever looks for nothing but whether the ledger still stands as `attempts` hands them in: they need not be sent again.
 */
export async function readProgress(session: RunSession, attempts?: readonly Attempt[]): Promise<RunReading> {
  const { id } = session.held.lease.run
  const { reading: seen } = session.seen
  // The ledger of an earlier reading is not handed in: a row may have got another handle and be in the same state.
  const known = seen === undefined ? undefined : { ...seen, attempts }
  const reading = await session.deps.stores.runReadings.read(id, known)
  if (reading === undefined) throw new NotFoundError('run', id)
  if (reading.run.fence !== session.held.lease.fence) throw new FencedError(id)
  session.seen.reading = reading
  return reading
}

export interface GroundsRead extends Grounds, Pick<RunReading, 'attempts'> {
  /** Which version of policies and playbooks said so. */
  readonly configuration: string | null
  /** What the intent stands on only as long as it has not changed; undefined where all of it was read anew. */
  readonly unchanged: Unchanged | undefined
  /** What the chat platforms say of those on whose word the step stands. */
  readonly standings: Standings
  /** What `missingApproval` says, against the directory of this very moment. */
  readonly missingNow: () => string | null
}

/**
 * What has to hold before the step that is next. After a step of this run it is judged by the reading before that one:
 * policy, directory, mode and windows are those of this moment, and the intent stands only if the database finds
 * nothing else changed. Before anything was sent everything is read anew, since the symptom counts until then.
 */
export function readGroundsOfNext(session: RunSession, progress: Progress): Promise<GroundsRead> {
  const { plan, attempts, run, carried } = progress
  const mayCarry = carried !== undefined && run.startedAt !== null && hasActed(plan, attempts)
  if (!mayCarry) return readGrounds(session, plan, attempts)
  return judgeGrounds(session, plan, { ...carried, run, attempts }, { versions: carried.versions, attempts })
}

/** What has to hold before a step, read anew and not remembered. */
export async function readGrounds(session: RunSession, plan: Plan, known?: readonly Attempt[]): Promise<GroundsRead> {
  return judgeGrounds(session, plan, await readProgress(session, known))
}

async function judgeGrounds(
  session: RunSession,
  plan: Plan,
  reading: RunReading,
  unchanged?: Unchanged,
): Promise<GroundsRead> {
  const { deps } = session
  const { earlier, glass, standings } = await readApprovers(session, plan, reading)
  const { decisions, freezes, incident } = reading
  const service = findService(deps.catalog, plan.service)
  // As when it was approved: where the symptom is counts as well as what is acted on.
  const actedOn = reading.run.direction === 'undo' ? servicesActedOnBothWays : servicesActedOn
  const concerned = [plan.service, incident.service, ...actedOn(deps.catalog, plan.steps)]
  const freeze = findFreezeOn([...freezes, ...(await recurringFreezes(deps, concerned, plan.environment))], concerned)
  const mode = strictestMode(deps, concerned)
  const { name, digest } = plan.playbook
  const isPlaybookAccepted =
    deps.playbooks.some((candidate) => candidate.name === name && candidate.digest === digest) ||
    (await deps.stores.configuration.isAcceptedPlaybook(name, digest))
  const commander = incident.assignments['commander'] ?? null
  const owner = service?.owner ?? null
  const approvalFacts = (fatigued: ReadonlySet<string> | null): ApprovalFacts => ({
    ...{ plan, proposal: reading.proposal, decisions, people: deps.directory.list(), commander, owner, fatigued },
    mayRunByItself: mode === 'act' && deps.playbooks.find((one) => one.name === name)?.autonomous === true,
    forbidden: findForbidden(deps, reading.proposal, decisions, mode),
    disowned: findDisowned(standings, decisions),
  })
  const fatigued = glass === null ? await findTired(deps, approvalFacts(null)) : null
  // From here on nothing is waited for: policy, playbook and digest are of one version.
  const playbook = deps.playbooks.find((candidate) => candidate.name === name)
  const forbiddenIn: ForbiddenIn = (approval, given) =>
    findForbidden(deps, asProposalOfStep(reading.proposal, approval), given, mode)
  const missingNow = () => {
    if (reading.run.direction === 'undo') return missingUndoer(deps, reading.run, reading.proposal, mode, standings)
    const people = deps.directory.list()
    const own =
      glass === null
        ? missingApproval(approvalFacts(fatigued))
        : missingForGlass(glassFacts(deps, reading.proposal, glass.use, mode, standings))
    return (
      own ?? missingEarlierApproval(plan, { ...earlier, ...reading, people, commander, owner, forbiddenIn, standings })
    )
  }
  return {
    ...reading,
    plan,
    findPerson: (personId) => deps.directory.findById(personId),
    freeze,
    mode,
    playbook,
    isPlaybookAccepted,
    configuration: deps.configuration.digest,
    policy: askPolicy(deps, reading.run, reading.proposal, plan, { mode, isFrozen: freeze !== undefined }),
    missingApproval: missingNow(),
    glass: glass === null ? null : { brokenBy: glass.use.personId, until: glass.use.until, isOver: glass.isOver },
    standings,
    missingNow,
    hasActed: hasActed(plan, reading.attempts),
    unchanged,
  }
}

/** On whose word the step stands, and what the platforms of their accounts say of them: asked with no lock held. */
async function readApprovers(session: RunSession, plan: Plan, reading: RunReading) {
  const earlier = await readEarlierApprovals(session, plan)
  const glass = await findGlass(session.deps, reading.proposal)
  const standings = await askStandings(session, saidInFavour(reading, earlier, glass?.use ?? null))
  return { earlier, glass, standings }
}

function strictestMode({ catalog, settings }: ExecutorDeps, services: readonly (string | null)[]): Mode {
  return services.reduce<Mode>(
    (strictest, name) => stricterMode(strictest, findService(catalog, name)?.mode ?? strictest),
    settings.mode,
  )
}

/** Looked up only where fewer count than when it was approved: else the approvals it had are those it has. */
async function findTired(
  { stores, settings }: ExecutorDeps,
  facts: ApprovalFacts,
): Promise<ReadonlySet<string> | null> {
  if (quorumOf(facts).ignored.length === 0) return null
  return findFatigued(stores.decisions, facts.decisions, settings.fatigue)
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
  return deps.authorize({
    principal: { type: 'Service', id: 'countersign', roles: [], groups: [] },
    action: 'execute',
    resource: runResource(deps.catalog, run, { ...proposal, plan }),
    context: { surface: 'clock', ...context },
  })
}
