import { helpOf } from '../../../playbooks/track-record.ts'
import { judgeCauses } from '../../../changes/judge-causes.ts'
import { knownThen } from './known-then.ts'
import { RecordHead, RecordedIncident } from './recorded-incident.ts'
import type { Attempt, Run } from '../../../domain/run.ts'
import type { Deps } from '../../../orchestrator/dependencies.ts'
import type { Feedback } from '../../../domain/feedback.ts'
import type { Incident } from '../../../domain/incident.ts'
import type { IncidentFindings } from '../../../ports/incident-store.ts'
import type { IncidentRecord } from './recorded-incident.ts'
import type { Proposal } from '../../../domain/approval.ts'
import type { Stores } from '../../../ports/stores.ts'

/** Two minutes after it was opened a proposal has been made; what is learned later is for people. */
const LOOK_AFTER_MS = 120_000
const MOST_PAST_RUNS = 2_000
const CHECKS = ['prometheus/assert', 'http/check']

/**
 * The newest incidents, each as it was known at its moment (`momentOf`, but where a test asks for another), with what
 * became of them. It reads and writes nothing.
 */
export async function readRecord(deps: Deps, limit: number, moment: Moment = momentOf): Promise<IncidentRecord> {
  const { stores } = deps
  const past = await stores.knownThen.listPastRuns(MOST_PAST_RUNS)
  const listed = await stores.incidents.list({ limit })
  const incidents: RecordedIncident[] = []
  for (const incident of listed) {
    incidents.push(await deps.unitOfWork.read((own) => readOne(deps, own, incident, moment)))
  }
  const head = { changesLookbackMs: deps.settings.changesLookbackMs, available: [...deps.actions.available] }
  // Through its own schema: what is replayed from here and what is replayed from a file is the same.
  return { head: RecordHead.parse({ ...head, past }), incidents }
}

async function readOne(deps: Deps, stores: Stores, incident: Incident, moment: Moment): Promise<RecordedIncident> {
  const { id } = incident
  const [runs, proposals, findings, answers] = await Promise.all([
    stores.runs.listByIncident(id),
    stores.proposalQueries.listByIncident(id),
    stores.findings.get(id),
    stores.feedback.list(id),
  ])
  const attempts = await Promise.all(runs.map((run) => stores.ledger.list(run.id)))
  const judgedAt = moment(incident, runs)
  const { judged, ...known } = await knownThen(deps, stores, incident, judgedAt)
  return RecordedIncident.parse({
    ...{ ...incident, ...known, judgedAt, judged: Object.fromEntries(judged) },
    answers: answersOf(deps, { findings, answers, runs, proposals, attempts }),
  })
}

type Moment = (incident: Incident, runs: readonly Run[]) => Date

/** Before anything was done about it: a deploy that heals is no suspect, and what fired then still fires. */
function momentOf({ openedAt, mitigatedAt, resolvedAt }: Incident, runs: readonly Run[]): Date {
  const ends = [mitigatedAt, resolvedAt, ...runs.map((run) => run.startedAt)].flatMap((at) => at?.getTime() ?? [])
  return new Date(Math.max(openedAt.getTime(), Math.min(openedAt.getTime() + LOOK_AFTER_MS, ...ends)))
}

interface Aftermath {
  readonly findings: IncidentFindings
  readonly answers: readonly Feedback[]
  readonly runs: readonly Run[]
  readonly proposals: readonly Proposal[]
  /** In the order of the runs. */
  readonly attempts: readonly (readonly Attempt[])[]
}

function answersOf(deps: Deps, aftermath: Aftermath): RecordedIncident['answers'] {
  const { findings, answers } = aftermath
  const ofCause = answers.filter(({ question }) => question === 'cause')
  const byPeople = judgeCauses(ofCause)
  const causes = byPeople.size > 0 ? byPeople : byChecks(deps, aftermath)
  const [leader] = findings.suspects
  const named = ofCause.findLast(({ changeId, probability }) => changeId !== null && probability !== null)
  const asked = named?.changeId != null ? { changeId: named.changeId, probability: named.probability ?? 0 } : null
  const last = leader === undefined ? null : { changeId: leader.changeId, probability: leader.probability }
  return {
    causes: Object.fromEntries(causes),
    by: causes.size === 0 ? null : byPeople.size > 0 ? 'people' : 'checks',
    shown: asked ?? last,
    runs: runsOf(aftermath),
  }
}

/** A run that undid the leading suspect and was verified confirms it; one whose check failed in the end refutes it. */
function byChecks(
  deps: Deps,
  { findings, runs, proposals, attempts }: Aftermath,
): ReadonlyMap<string, 'confirmed' | 'refuted'> {
  const [leader] = findings.suspects
  if (leader === undefined) return new Map()
  const verdicts = runs.flatMap((run, index) => {
    const plan = proposals.find(({ id }) => id === run.proposalId)?.plan
    const playbook = deps.playbooks.find(({ name }) => name === plan?.playbook.name)
    const isAboutIt = playbook?.match.change === leader.kind && plan?.service === leader.service
    if (!isAboutIt) return []
    if (run.state === 'succeeded') return ['confirmed' as const]
    return run.state === 'failed' && failedAtCheck(attempts[index] ?? []) ? ['refuted' as const] : []
  })
  const verdict = verdicts.at(-1)
  return verdict === undefined ? new Map() : new Map([[leader.changeId, verdict]])
}

function failedAtCheck(attempts: readonly Attempt[]): boolean {
  const last = attempts.filter(({ direction }) => direction === 'forward').at(-1)
  return last?.state === 'failed' && CHECKS.includes(last.uses)
}

function runsOf({ runs, proposals, answers }: Aftermath): RecordedIncident['answers']['runs'] {
  return runs.flatMap((run) => {
    const playbook = proposals.find(({ id }) => id === run.proposalId)?.plan.playbook.name
    if (playbook === undefined || (run.state !== 'succeeded' && run.state !== 'failed')) return []
    const own = answers.filter((one) => one.question === 'playbook' && one.runId === run.id)
    const count = (answer: Feedback['answer']) => own.filter((one) => one.answer === answer).length
    return [{ playbook, help: helpOf({ outcome: run.state, helped: count('yes'), didNotHelp: count('no') }) }]
  })
}
