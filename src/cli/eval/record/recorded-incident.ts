import { z } from 'zod'
import { FEEDBACK_ANSWERS } from '../../../domain/feedback.ts'
import { CHANGE_KINDS } from '../../../domain/change-event.ts'
import { ACTION_NAMES } from '../../../domain/action.ts'
import { SEVERITIES } from '../../../domain/severity.ts'

const Time = z.coerce.date()
const Texts = z.record(z.string(), z.string())
const Verdict = z.enum(['confirmed', 'refuted'])

const RecordedAlert = z.object({
  ...{ id: z.string(), incidentId: z.string(), fingerprint: z.string(), source: z.string() },
  ...{ status: z.enum(['firing', 'resolved']), name: z.string() },
  ...{ service: z.string().nullable(), environment: z.string().nullable(), severity: z.enum(SEVERITIES) },
  ...{ labels: Texts, annotations: Texts, startsAt: Time, endsAt: Time.nullable() },
  ...{ generatorUrl: z.string().nullable(), repeats: z.number(), lastSeenAt: Time },
})

const RecordedChange = z.object({
  ...{ id: z.string(), kind: z.enum(CHANGE_KINDS), service: z.string(), environment: z.string().nullable() },
  ...{ at: Time, finishedAt: Time.nullable(), revision: z.string().nullable() },
  previous: z.object({ id: z.string().nullable(), revision: z.string().nullable() }).nullable(),
  ...{ actor: z.string().nullable(), url: z.string().nullable(), summary: z.string().nullable() },
  outcome: z.enum(['running', 'succeeded', 'failed', 'rolled_back']).nullable(),
  sources: z.array(z.object({ source: z.string(), sourceId: z.string() })),
})

const RecordedEvidence = z.object({
  ...{ id: z.string(), incidentId: z.string(), source: z.string(), at: Time, fact: z.string() },
  kind: z.enum(['alert', 'metric', 'change', 'deploy_state', 'history', 'note']),
})

const Incident = z.object({
  ...{ id: z.string(), service: z.string().nullable(), environment: z.string().nullable() },
  ...{ severity: z.enum(SEVERITIES), onsetAt: Time, openedAt: Time },
  /** As of when it is judged: nothing below is younger, but for the answers. */
  judgedAt: Time,
  alerts: z.array(RecordedAlert),
  changes: z.array(RecordedChange),
  /** What people had said of these changes by then, after other incidents. */
  judged: z.record(z.string(), Verdict),
  evidence: z.array(RecordedEvidence),
  answers: z.object({
    /** By change; people's majority, else what the checks of a run say. */
    causes: z.record(z.string(), Verdict),
    by: z.enum(['people', 'checks']).nullable(),
    /** The leading suspect as it was shown last. */
    shown: z.object({ changeId: z.string(), probability: z.number().min(0).max(1) }).nullable(),
    /** Runs that ended: 1 helped, 0 did not, 0.5 where checks and people disagree. */
    runs: z.array(z.object({ playbook: z.string(), help: z.number().min(0).max(1) })),
  }),
})
/** `INC-12.json` of an exported record: what was known of one incident at one moment, and what became of it. */
export const RecordedIncident = Incident.superRefine((incident, context) => {
  for (const { path, at } of timesOf(incident)) {
    const message = `is later than judgedAt ${incident.judgedAt.toISOString()}: a replay may use only what was known then`
    if (at !== null && at > incident.judgedAt) context.addIssue({ code: 'custom', path: [...path], message })
  }
})
export type RecordedIncident = z.infer<typeof RecordedIncident>

interface Told {
  readonly path: readonly (string | number)[]
  readonly at: Date | null
}

/** Every time of what was known; the answers are of later. */
function timesOf({ onsetAt, openedAt, alerts, changes, evidence }: z.infer<typeof Incident>): readonly Told[] {
  return [
    ...[onsetAt, openedAt].map((at, index) => ({ path: [index === 0 ? 'onsetAt' : 'openedAt'], at })),
    ...alerts.flatMap((alert, index) => timesIn('alerts', index, [alert, 'startsAt', 'endsAt', 'lastSeenAt'])),
    ...changes.flatMap((change, index) => timesIn('changes', index, [change, 'at', 'finishedAt'])),
    ...evidence.flatMap((piece, index) => timesIn('evidence', index, [piece, 'at'])),
  ]
}

function timesIn<T extends string>(
  list: string,
  index: number,
  [one, ...names]: readonly [Readonly<Record<T, Date | null>>, ...T[]],
): readonly Told[] {
  return names.map((name) => ({ path: [list, index, name], at: one[name] }))
}

const RecordedRun = z.object({
  ...{ playbook: z.string(), service: z.string().nullable(), owner: z.string().nullable() },
  ...{ criticality: z.number().nullable(), outcome: z.enum(['succeeded', 'failed']) },
  at: Time,
  /** To the question whether it helped; only those of before an incident count there. */
  answers: z.array(z.object({ answer: z.enum(FEEDBACK_ANSWERS), at: Time })),
})

/** `record.json`: what all incidents share. */
export const RecordHead = z.object({
  changesLookbackMs: z.number().positive(),
  available: z.array(z.enum(ACTION_NAMES)),
  past: z.array(RecordedRun),
})
export type RecordHead = z.infer<typeof RecordHead>

export interface IncidentRecord {
  readonly head: RecordHead
  /** Newest first. */
  readonly incidents: readonly RecordedIncident[]
}
