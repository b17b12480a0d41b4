import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CounterName, HistogramName, Telemetry } from '../ports/telemetry.ts'

const COUNTER_HELP: Readonly<Record<CounterName, readonly [help: string, ...labels: string[]]>> = {
  alerts_received: ['Alerts accepted from sources.', 'source'],
  alerts_duplicate: ['Alerts that repeated what was known.', 'source'],
  alerts_rejected: ['Alerts of a batch that could not be read.', 'source'],
  changes_received: ['Change reports accepted from sources.', 'source'],
  incidents_opened: ['Incidents opened, from alerts or declared by hand.', 'origin'],
  proposals_made: ['Proposals made, by tier and by whether a person asked for it.', 'tier', 'requester'],
  decisions_recorded: ['Decisions of people on proposals, and what came of them.', 'decision', 'outcome'],
  configuration_decisions: ['Decisions about changed policies and playbooks.', 'decision', 'outcome'],
  runs_ended: ['Runs that ended, by the state they ended in.', 'state', 'direction'],
  step_attempts: ['Attempts of steps, by action and outcome.', 'uses', 'outcome'],
  refusals: ['Requests refused, by way in and reason.', 'source', 'origin', 'reason'],
  standings_unasked: ['Accounts of approvers that a chat platform could not be asked about before a step.', 'surface'],
  replays: ['Byte-identical replays of verified requests, answered and not run.', 'source'],
  outbox_sent: ['Messages delivered to chat surfaces.', 'surface', 'kind'],
  outbox_failed: ['Deliveries that failed, by what comes next.', 'surface', 'next'],
  model_calls: ['Calls of the language model, by outcome.', 'purpose', 'outcome'],
  model_advice: ['What became of the order in which the model puts playbooks, by outcome.', 'outcome'],
  model_sentences_dropped: ['Sentences of the language model that had no ground and were dropped.', 'reason'],
  standstills: ['Work that was found to stand still, by kind.', 'kind'],
  lookout_failures: ['Passes of the lookout that did not come to their end.'],
  audit_reads_failed: ['Tries to put reads on the audit log that failed; they are kept and tried again.'],
  heartbeats: ['Beats to the dead-man switch outside, by outcome.', 'outcome'],
}

const HISTOGRAM_HELP: Readonly<Record<HistogramName, readonly [help: string, ...labels: string[]]>> = {
  http_request: ['Time to answer a request.', 'method', 'route', 'status'],
  vendor_request: ['Time a vendor took to answer.', 'vendor', 'outcome'],
  card_delay: ['Time from an incident’s commit to its first card.', 'surface'],
  audit_lag: ['Age of the oldest audit leaf without a number, at each look.'],
  outbox_lag: ['Time from a message’s commit to its delivery.', 'surface'],
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Gauges are read when somebody scrapes: each returns its value now. */
export interface GaugeReader {
  readonly name: string
  readonly help: string
  readonly read: () => Promise<number>
}

export interface MetricsRegistry extends Telemetry {
  addGauge(gauge: GaugeReader): void
  render(): Promise<{ readonly contentType: string; readonly text: string }>
}

/** Every metric is named `countersign_…` and described; labels never carry text from outside. */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'countersign_' })
  const counters = mapValues(COUNTER_HELP, ([help, ...labelNames], name) => {
    return new Counter({ name: `countersign_${name}_total`, help, labelNames, registers: [registry] })
  })
  const histograms = mapValues(HISTOGRAM_HELP, ([help, ...labelNames], name) => {
    return new Histogram({
      name: `countersign_${name}_seconds`,
      help,
      labelNames,
      buckets: BUCKETS,
      registers: [registry],
    })
  })
  return {
    count: (name, labels = {}, by = 1) => {
      counters[name].inc(declared(COUNTER_HELP[name], labels), by)
    },
    observeSeconds: (name, labels, seconds) => {
      histograms[name].observe(declared(HISTOGRAM_HELP[name], labels), seconds)
    },
    addGauge: ({ name, help, read }) => {
      const gauge = new Gauge({
        name: `countersign_${name}`,
        help,
        registers: [registry],
        // What cannot be read now has no value; the others are still told.
        collect: async () => {
          gauge.set(await read().catch(() => Number.NaN))
        },
      })
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

/** A label that was not declared would make the registry throw in the middle of somebody's work: it is left out. */
function declared(
  [, ...names]: readonly [help: string, ...labels: string[]],
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)))
}

function mapValues<Key extends string, Value, Result>(
  record: Readonly<Record<Key, Value>>,
  map: (value: Value, key: Key) => Result,
): Record<Key, Result> {
  const entries = (Object.entries(record) as [Key, Value][]).map(([key, value]) => [key, map(value, key)] as const)
  return Object.fromEntries(entries) as Record<Key, Result>
}
