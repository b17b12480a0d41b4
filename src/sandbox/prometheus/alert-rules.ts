import { evaluate } from '../promql/evaluate.ts'
import { keyOf, withoutName } from '../promql/values.ts'
import { parsePromql } from '../promql/parse.ts'
import type { Expression } from '../promql/expression.ts'
import type { Labels, SeriesStore } from './series-store.ts'
import type { RuleEntry } from '../world/world-file.ts'

export interface RuleAlert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly expression: string
  readonly startsAtMs: number
  /** Null while it fires. */
  readonly endsAtMs: number | null
}

interface Tracked {
  readonly labels: Labels
  readonly activeSinceMs: number
  firingSinceMs: number | null
  value: number
}

interface Rule {
  readonly entry: RuleEntry
  readonly expression: Expression
  readonly tracked: Map<string, Tracked>
}

/**
 * Alerting rules as Prometheus keeps them, one state machine for each series of a rule's result:
 *
 *   absent  -> pending   the expression has a value
 *   pending -> firing    it has had one for `for`
 *   pending -> absent, firing -> resolved   it has none any more
 */
export class AlertRules {
  readonly #rules: readonly Rule[]
  readonly #store: SeriesStore

  constructor(entries: readonly RuleEntry[], store: SeriesStore) {
    this.#store = store
    this.#rules = entries.map((entry) => ({ entry, expression: parsePromql(entry.expr), tracked: new Map() }))
  }

  /** Everything that fires now, and what has ceased to since the evaluation before. */
  evaluate(atMs: number): readonly RuleAlert[] {
    return this.#rules.flatMap((rule) => this.#evaluateRule(rule, atMs))
  }

  #evaluateRule(rule: Rule, atMs: number): readonly RuleAlert[] {
    const result = evaluate(rule.expression, this.#store, atMs / 1000)
    const samples = result.kind === 'vector' ? result.samples : []
    const present = new Set<string>()
    for (const sample of samples) {
      const labels = { ...withoutName(sample.labels), ...rule.entry.labels, alertname: rule.entry.alert }
      const key = keyOf(labels)
      present.add(key)
      const one = rule.tracked.get(key) ?? { labels, activeSinceMs: atMs, firingSinceMs: null, value: sample.value }
      one.value = sample.value
      if (one.firingSinceMs === null && atMs - one.activeSinceMs >= rule.entry.for) one.firingSinceMs = atMs
      rule.tracked.set(key, one)
    }
    const ended = [...rule.tracked].filter(([key]) => !present.has(key))
    for (const [key] of ended) rule.tracked.delete(key)
    return [
      ...[...rule.tracked.values()].flatMap((one) => toAlert(rule, one, null)),
      ...ended.flatMap(([, one]) => toAlert(rule, one, atMs)),
    ]
  }
}

function toAlert(rule: Rule, one: Tracked, endsAtMs: number | null): readonly RuleAlert[] {
  if (one.firingSinceMs === null) return []
  const annotations = Object.fromEntries(
    Object.entries(rule.entry.annotations).map(([name, text]) => [name, fillIn(text, one)]),
  )
  return [{ labels: one.labels, annotations, expression: rule.entry.expr, startsAtMs: one.firingSinceMs, endsAtMs }]
}

/** The two templates that nearly every rule uses: `{{ $labels.x }}` and `{{ $value }}`. */
function fillIn(text: string, { labels, value }: Tracked): string {
  return text.replace(/\{\{\s*\$(?:labels\.(\w+)|value)\s*\}\}/g, (_whole, label: string | undefined) =>
    label === undefined ? String(Number(value.toPrecision(3))) : (labels[label] ?? ''),
  )
}
