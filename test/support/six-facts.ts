/** What has to stand in the facts of an incident, as the record has it. */
export interface SixFacts {
  readonly symptom: string
  readonly service: string
  readonly environment: string
  readonly onsetAt: Date
  readonly severity: string
  readonly isQuiet: boolean
  /** Service and time of the leading suspect; null where the cause is unknown or still being looked for. */
  readonly change: { readonly service: string; readonly at: Date } | null
  /** The record of which it is told what becomes of it; null where there is neither run nor proposal. */
  readonly activity: string | null
  readonly isOver: boolean
}

export const SIX = ['what', 'where', 'since when', 'how bad', 'what changed', 'what is being done'] as const
export type Six = (typeof SIX)[number]

/**
 * A tired reader's ten seconds, stated here once more so that the product's own limit is held against it: 238 words a
 * minute (Brysbaert 2019), lowered to 210.
 */
export const TEN_SECONDS_OF_WORDS = Math.floor((210 * 10) / 60)

/** Counted here once more: what stands between spaces and holds a letter or a digit. */
export function wordsIn(text: string): number {
  return (text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []).length
}

const DAY = String.raw`(?:\d{4}-\d\d-\d\d )?`

/** Where each of the six stands in a text; the product's own functions have no part in it. */
export function placesOf(facts: SixFacts): Readonly<Record<Six, RegExp>> {
  const clock = (at: Date) => `${DAY}${at.toISOString().slice(11, 16)} UTC`
  const activity =
    facts.activity === null ? '(?:Nobody has|It is|It was|[^.;]+ is in command)' : `[^.;]*${facts.activity}`
  const end = facts.isOver ? `[^.]*(?:mitigated|resolved)(?: at ${DAY}\\d\\d:\\d\\d UTC)?` : '[^.]+'
  const bad = facts.isQuiet
    ? '(?:quiet since|no alert fires)'
    : String.raw`(?:\d+ (?:of \d+ )?alerts? fires?|no alert is on record)`
  const changed =
    facts.change === null
      ? '(?:No change (?:in|is)|The cause is unknown|What changed is)'
      : String.raw`Likely cause \(\d+ %[^)]*\): ${escaped(facts.change.service)} \w+[^.]*(?:\.\S[^.]*)* at ${clock(facts.change.at)}`
  return {
    what: new RegExp(escaped(facts.symptom)),
    where: new RegExp(String.raw`${escaped(facts.service)}(?: in|,) ${escaped(facts.environment)}(?=:)`),
    'since when': new RegExp(`, (?:since|from) ${clock(facts.onsetAt)}`),
    'how bad': new RegExp(String.raw`${facts.severity}(?: \(assumed\))?, ${bad}`),
    'what changed': new RegExp(changed),
    'what is being done': new RegExp(`${activity}${end}\\.$`),
  }
}

/** Which of the six a text leaves out, and `too long` where ten seconds do not do. */
export function findLeftOut(text: string, facts: SixFacts): readonly string[] {
  const places = placesOf(facts)
  const left = SIX.filter((name) => !places[name].test(text))
  return wordsIn(text) <= TEN_SECONDS_OF_WORDS ? left : [...left, 'too long']
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)
}
