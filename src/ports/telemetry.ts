/** What the rooms count. Names and help texts live in src/telemetry; labels never carry text from outside. */
export interface Telemetry {
  count(name: CounterName, labels?: Readonly<Record<string, string>>, by?: number): void
  observeSeconds(name: HistogramName, labels: Readonly<Record<string, string>>, seconds: number): void
}

export const COUNTERS = [
  'alerts_received',
  'alerts_duplicate',
  'alerts_rejected',
  'changes_received',
  'incidents_opened',
  'proposals_made',
  'decisions_recorded',
  'configuration_decisions',
  'runs_ended',
  'step_attempts',
  'refusals',
  'standings_unasked',
  'replays',
  'outbox_sent',
  'outbox_failed',
  'model_calls',
  'model_advice',
  'model_sentences_dropped',
  'standstills',
  'lookout_failures',
  'heartbeats',
  'audit_reads_failed',
] as const
export type CounterName = (typeof COUNTERS)[number]

export const HISTOGRAMS = ['http_request', 'vendor_request', 'card_delay', 'audit_lag', 'outbox_lag'] as const
export type HistogramName = (typeof HISTOGRAMS)[number]
