import { clockTime, nameSome, plural, shortRevision, withoutStop } from './wording.ts'
import { percent } from '../kernel/percent.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { Suspect } from '../domain/change-event.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

export interface SummaryFacts {
  readonly service: string | null
  readonly environment: string | null
  readonly symptom: string
  readonly onsetAt: Date
  readonly quietSince: Date | null
  readonly alerts: { readonly total: number; readonly distinct: number; readonly firing: number }
  readonly alertNames: readonly string[]
  /** Who depends on the service; empty when nobody does or nobody knows. */
  readonly dependents: readonly string[]
  readonly suspects: readonly Suspect[]
  readonly unknownCause: string | null
  readonly unreachable: readonly string[]
  /** What is being done, as the record has it: `Rollback PRO-3 waits for approval.` with the record's own id. */
  readonly activity: SummarySentence | null
  readonly evidence: readonly Evidence[]
}

const MOST_CITED = 3

/**
 * What a tired person reads in ten seconds: what and where and since when, how bad, whom it touches, what changed,
 * what is being done. Only facts, each with the evidence it rests on; before any is collected the list is empty.
 */
export function writeSummary(facts: SummaryFacts): readonly SummarySentence[] {
  const sentences = [
    whatAndWhere(facts),
    howBad(facts),
    measured(facts),
    whoFeelsIt(facts),
    whatChanged(facts),
    whatIsMissing(facts),
    facts.activity,
  ]
  return sentences.filter((sentence) => sentence !== null)
}

function whatAndWhere(facts: SummaryFacts): SummarySentence {
  const where = facts.service === null ? '' : `${facts.service} in ${facts.environment ?? 'production'}: `
  return sentence(`${where}${facts.symptom}, since ${clockTime(facts.onsetAt)}`, cite(facts, 'alert'))
}

function howBad(facts: SummaryFacts): SummarySentence | null {
  const { alerts, alertNames, quietSince } = facts
  if (alerts.total === 0) return null
  const names = nameSome(alertNames, 3)
  if (alerts.firing === 0) {
    const since = quietSince === null ? '' : `, quiet since ${clockTime(quietSince)}`
    return sentence(`None of its ${plural(alerts.distinct, 'alert')} fires any more${since}`, cite(facts, 'alert'))
  }
  const share =
    alerts.firing === alerts.distinct
      ? `${plural(alerts.firing, 'alert')} ${alerts.firing === 1 ? 'fires' : 'fire'}`
      : `${String(alerts.firing)} of ${plural(alerts.distinct, 'alert')} fire`
  return sentence(`${share} (${names})`, cite(facts, 'alert'))
}

/** What the alert goes by comes before what else was read around it. */
function measured(facts: SummaryFacts): SummarySentence | null {
  const metrics = facts.evidence.filter((piece) => piece.kind === 'metric')
  const metric = metrics.find(({ data }) => typeof data['alert'] === 'string') ?? metrics[0]
  return metric === undefined ? null : sentence(metric.fact, [metric.id])
}

function whoFeelsIt(facts: SummaryFacts): SummarySentence | null {
  if (facts.dependents.length === 0 || facts.service === null) return null
  const verb = facts.dependents.length === 1 ? 'depends' : 'depend'
  const catalog = facts.evidence.filter((piece) => piece.source === 'catalog').map((piece) => piece.id)
  return sentence(`${nameSome(facts.dependents, 3)} ${verb} on ${facts.service}`, catalog)
}

function whatChanged(facts: SummaryFacts): SummarySentence | null {
  const [leader] = facts.suspects
  if (leader === undefined) {
    return facts.unknownCause === null
      ? null
      : sentence(`The cause is unknown: ${lowerFirst(facts.unknownCause)}`, search(facts))
  }
  const version = leader.revision === null ? '' : ` to ${shortRevision(leader.revision)}`
  const text = `Likely cause (${percent(leader.probability)}): the ${leader.kind} of ${leader.service}${version} at ${clockTime(leader.at)}`
  const cited = facts.evidence.filter((piece) => piece.kind === 'change' && piece.data['changeId'] === leader.changeId)
  return sentence(text, cited.length === 0 ? search(facts) : ids(cited))
}

function whatIsMissing(facts: SummaryFacts): SummarySentence | null {
  if (facts.unreachable.length === 0) return null
  return sentence(`${nameSome(facts.unreachable, 4)} could not be asked, so something may be missing`, search(facts))
}

/** Where the collector noted what it searched. */
function search(facts: SummaryFacts): readonly string[] {
  return ids(facts.evidence.filter((piece) => piece.source === 'countersign'))
}

function cite(facts: SummaryFacts, kind: Evidence['kind']): readonly string[] {
  return ids(facts.evidence.filter((piece) => piece.kind === kind))
}

function ids(pieces: readonly Evidence[]): readonly string[] {
  return pieces.slice(0, MOST_CITED).map((piece) => piece.id)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function sentence(text: string, evidence: readonly string[]): SummarySentence {
  return { text: `${withoutStop(text)}.`, evidence }
}
