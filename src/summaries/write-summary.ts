import { causePart, missingPart } from './cause-parts.ts'
import { countWords, cutWords, nameText, sentenceOf, tightenTo, widenBy, wordsOf } from './fit-words.ts'
import { momentText, nameSome, plural, withoutStop } from './wording.ts'
import { printValue } from '../kernel/print-value.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { SummaryFacts } from './summary-facts.ts'
import type { SummarySentence } from '../domain/incident-view.ts'
import type { WordedPart } from './fit-words.ts'

/**
 * What a tired person reads in ten seconds: adults read 238 words a minute silently, most of them between 175 and 300
 * (Brysbaert 2019, doi:10.1016/j.jml.2019.104047); one who was woken is taken for 210.
 */
export const MOST_WORDS = 35

const MOST_CITED = 3
/** Fewer tell nothing: before a symptom is cut to less, everything else is said more shortly. */
const LEAST_SYMPTOM_WORDS = 9
/** Where the symptom goes in its sentence; no name from outside can hold it, and it is no word. */
const HOLE = '\0'
/** Several sentences of an alert would pass for ours. */
const SEVERAL_SENTENCES = /[.;!?]\s/u

/**
 * What and where and since when, how bad, what changed, what is being done: all six in any state, each as short as it
 * takes to be read in ten seconds and as telling as there is room for. Only facts, each with the evidence it rests on;
 * before any is collected that list is empty.
 */
export function writeSummary(facts: SummaryFacts): readonly SummarySentence[] {
  const what = SEVERAL_SENTENCES.test(facts.symptom) ? `"${facts.symptom.replaceAll('"', "'")}"` : facts.symptom
  const [dependents, missing, bad, cause, where] = [
    dependentsPart(facts),
    missingPart(facts),
    badPart(facts),
    causePart(facts),
    wherePart(facts),
  ]
  // What is worth least gives way first.
  const byWorth = [dependents, missing, bad, cause, facts.activity, where]
  const tight = tightenTo(byWorth, MOST_WORDS - Math.min(countWords(what), LEAST_SYMPTOM_WORDS))
  const room = MOST_WORDS - wordsOf(tight)
  const symptom = cutWords(what, room)
  const fitted = widenBy(tight, room - countWords(symptom), [cause, bad, missing, facts.activity, dependents])
  return [where, bad, dependents, cause, missing, facts.activity].flatMap((part) => {
    const found = fitted.find((one) => one.part === part)
    const said = found === undefined ? null : sentenceOf(found)
    if (said === null) return []
    return [part === where ? { ...said, text: said.text.replace(HOLE, () => closeQuote(symptom)) } : said]
  })
}

/** A quote that was cut is closed all the same. */
function closeQuote(symptom: string): string {
  return symptom.startsWith('"') && !symptom.endsWith('"')
    ? symptom.replace(/ ?\(truncated\)$/, '" (truncated)')
    : symptom
}

function wherePart(facts: SummaryFacts): WordedPart {
  const since = `${facts.isOver ? 'from' : 'since'} ${momentText(facts.onsetAt, facts.asOf)}`
  const of = (place: string) => sentence(`${place}: ${HOLE}, ${since}`, cite(facts, 'alert'))
  return { forms: [of(placeText(facts, 1, 1)), of(placeText(facts, 3, 2))], usual: 1 }
}

function placeText({ service, environment }: SummaryFacts, serviceWords: number, environmentWords: number): string {
  const what = nameText(service ?? '', serviceWords)
  const where = nameText(environment ?? '', environmentWords)
  if (what === '' && where === '') return 'Service and environment unknown'
  if (where === '') return `${what}, environment unknown`
  return `${what === '' ? 'Unknown service' : what} in ${where}`
}

/** How many alerts fire; where there is room, the number that one of them goes by, or their names. */
function badPart(facts: SummaryFacts): WordedPart {
  const { alerts, quietSince, isOver } = facts
  const severity = facts.isSeverityAssumed ? `${facts.severity} (assumed)` : facts.severity
  const of = (text: string, cited: readonly string[] = []) =>
    sentence(`${severity}, ${text}`, [...cited, ...cite(facts, 'alert')].slice(0, MOST_CITED))
  if (alerts.total === 0) return { forms: [of('no alert'), of('no alert is on record')], usual: 1 }
  if (alerts.firing === 0) {
    const quiet = quietSince === null ? null : of(`quiet since ${momentText(quietSince, facts.asOf)}`)
    if (quiet === null) return { forms: [of('no alert fires')], usual: 0 }
    // Of what is over the end is told anyway.
    return { forms: [of('no alert fires'), quiet], usual: isOver ? 0 : 1 }
  }
  const share = shareOf(facts)
  const names = nameSome(
    facts.alertNames.map((name) => nameText(name, 4, 40)),
    3,
  )
  const measured = measuredOf(facts)
  const more = [
    ...(names === '' ? [] : [of(`${share} (${names})`)]),
    ...measured.map(({ text, evidence }) => of(`${share}; ${text}`, evidence)),
  ]
  return {
    forms: [of(`${plural(alerts.firing, 'alert')} ${alerts.firing === 1 ? 'fires' : 'fire'}`), of(share), ...more],
    usual: 1,
  }
}

function shareOf({ alerts }: SummaryFacts): string {
  return alerts.firing === alerts.distinct
    ? `${plural(alerts.firing, 'alert')} ${alerts.firing === 1 ? 'fires' : 'fire'}`
    : `${String(alerts.firing)} of ${plural(alerts.distinct, 'alert')} ${alerts.firing === 1 ? 'fires' : 'fire'}`
}

/** Only what an alert goes by: what else was read around it does not say how bad it is. */
function measuredOf({ evidence }: SummaryFacts): readonly SummarySentence[] {
  const found = evidence.find(({ kind, data }) => kind === 'metric' && typeof data['value'] === 'number')
  if (found === undefined) return []
  const { alert, value, before } = found.data
  if (typeof alert !== 'string') return []
  const now = `${nameText(alert, 4, 40)} at ${printValue(Number(value))}`
  const then = typeof before === 'number' ? [`${now} (${printValue(before)} before)`] : []
  return [now, ...then].map((text) => ({ text, evidence: [found.id] }))
}

function dependentsPart(facts: SummaryFacts): WordedPart {
  if (facts.dependents.length === 0 || facts.service === null) return { forms: [null], usual: 0 }
  const verb = facts.dependents.length === 1 ? 'depends' : 'depend'
  const catalog = facts.evidence.filter((piece) => piece.source === 'catalog').map((piece) => piece.id)
  const names = facts.dependents.map((name) => nameText(name, 3))
  const said = sentence(`${nameSome(names, 3)} ${verb} on ${nameText(facts.service, 3)}`, catalog)
  return { forms: [null, said], usual: 0 }
}

function cite(facts: SummaryFacts, kind: Evidence['kind']): readonly string[] {
  return facts.evidence
    .filter((piece) => piece.kind === kind)
    .slice(0, MOST_CITED)
    .map((piece) => piece.id)
}

function sentence(text: string, evidence: readonly string[]): SummarySentence {
  return { text: `${withoutStop(text)}.`, evidence }
}
