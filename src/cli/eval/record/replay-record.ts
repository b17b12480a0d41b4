import { askForOrder, offeredTo } from '../../../orchestrator/proposals/ask-for-order.ts'
import { judgeIncident } from '../judge-incident.ts'
import { reorderCandidates } from '../../../playbooks/reorder-candidates.ts'
import type { AskingDeps } from '../../../orchestrator/proposals/ask-for-order.ts'
import type { FeedbackAnswer } from '../../../domain/feedback.ts'
import type { Incident } from '../../../domain/incident.ts'
import type { IncidentRecord, RecordedIncident } from './recorded-incident.ts'
import type { JudgeMeans } from '../judge-incident.ts'
import type { LanguageModel } from '../../../ports/language-model.ts'
import type { PastRun } from '../../../domain/past-run.ts'
import type { Suspect } from '../../../domain/change-event.ts'

export interface Replayed {
  readonly id: string
  /** What the card would name, the best first. */
  readonly suspects: readonly Pick<Suspect, 'changeId' | 'probability'>[]
  /** Name of the playbook; null where nothing would be proposed. */
  readonly proposed: string | null
  /** The same with the model's order; null as well where no model was asked. */
  readonly withModel: string | null
  readonly advice: 'not_asked' | 'used' | 'refused'
  readonly answers: RecordedIncident['answers']
}

export interface ReplayMeans extends AskingDeps {
  readonly model: LanguageModel | null
  readonly settings: JudgeMeans['settings']
}

/** Every incident by the functions that intake uses, as of its moment; the answers are looked at by no function here. */
export async function replayRecord(
  deps: ReplayMeans,
  { head, incidents }: IncidentRecord,
  signal: AbortSignal,
): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = []
  for (const one of incidents) replayed.push(await replayOne(deps, head, one, signal))
  return replayed
}

async function replayOne(
  deps: ReplayMeans,
  head: IncidentRecord['head'],
  one: RecordedIncident,
  signal: AbortSignal,
): Promise<Replayed> {
  const { catalog, playbooks, model } = deps
  const past = pastOf(head, one.judgedAt)
  const settings = { ...deps.settings, changesLookbackMs: head.changesLookbackMs }
  const { scored, candidates } = judgeIncident(
    { catalog, playbooks, available: head.available, past, settings },
    {
      ...{ incident: incidentOf(one), alerts: one.alerts, changes: one.changes, now: one.judgedAt },
      judged: new Map(Object.entries(one.judged)),
    },
  )
  const proposed = candidates[0]?.playbook.name ?? null
  const offered = offeredTo(candidates)
  const suspects = scored.suspects.map(({ changeId, probability }) => ({ changeId, probability }))
  const base = { id: one.id, suspects, proposed, answers: one.answers }
  if (model === null || offered.length === 0) return { ...base, withModel: proposed, advice: 'not_asked' }
  const evidence = one.evidence.map((piece) => ({ ...piece, url: null, data: {} }))
  const given = await askForOrder(deps, model, { incidentId: one.id, offered, evidence }, signal)
  if (given === null) return { ...base, withModel: proposed, advice: 'refused' }
  const [first] = reorderCandidates(candidates, given.order)
  return { ...base, withModel: first?.playbook.name ?? null, advice: 'used' }
}

/** A run is on record once it ended; what people say of it, from when they say it. */
function pastOf({ past }: IncidentRecord['head'], by: Date): readonly PastRun[] {
  return past
    .filter(({ at }) => at < by)
    .map(({ answers, ...run }) => {
      const count = (answer: FeedbackAnswer) => answers.filter((one) => one.answer === answer && one.at < by).length
      return { ...run, helped: count('yes'), didNotHelp: count('no') }
    })
}

function incidentOf({ id, service, environment, severity, onsetAt, openedAt, judgedAt }: RecordedIncident): Incident {
  return {
    ...{ id, title: '', service, environment, severity, onsetAt, openedAt, updatedAt: judgedAt },
    ...{ severityPinned: false, state: 'open', origin: 'alerts', assignments: {}, quietSince: null },
    ...{ acknowledgedAt: null, mitigatedAt: null, resolvedAt: null },
  }
}
