import { checkpointLine } from '../audit/checkpoint-line.ts'
import type { Checkpoint } from '../domain/audit-entry.ts'
import type { Incident, IncidentState } from '../domain/incident.ts'
import type { AuditReading } from '../ports/audit-reader.ts'
import type { OutboxMessage } from '../ports/outbox.ts'
import type { Deps } from './dependencies.ts'

/** Open incidents that are looked at; beyond so many, the checkpoint stands in those that changed last. */
const MOST_INCIDENTS = 50
/** Enough to find the last change behind those who read. */
const NEWEST = 10
const NEVER = Number.NEGATIVE_INFINITY
const WORKED_ON: readonly IncidentState[] = ['open', 'acknowledged', 'mitigated']
/** What was resolved shortly before the last look may not have been covered then. */
const MARGIN_MS = 300_000
/** Of a replica that has not looked before; messages are known by their key for longer. */
const FIRST_LOOK_MS = 86_400_000
const MOST_MS = 6 * FIRST_LOOK_MS
const RESOLVED = 'incident.resolved'
const RUN_ENDS: readonly string[] = ['run.succeeded', 'run.failed', 'run.undone', 'run.stopped']

export interface CheckpointPace {
  /** How often incidents are looked at; a checkpoint in between is told with the next, or when there is none (`remind`). */
  readonly lookEveryMs: number
  /** At most one line an incident in this time, but for the end of a run and of the incident. */
  readonly tellEveryMs: number
}

export interface CheckpointTeller {
  readonly tell: (checkpoint: Checkpoint) => Promise<void>
  /** Of the last one, while no other is made: does nothing unless it came too soon after the look before. */
  readonly remind: (checkpoint: Checkpoint) => Promise<void>
}

type TellDeps = Pick<Deps, 'stores' | 'clock'>

/**
 * The second place of a checkpoint: a line in the thread of each incident that changed, where whoever runs the database
 * cannot take it back. Replicas and restarts agree by the message's key: one line for the end of a run, one for the
 * incident's being resolved, and one in each stretch of `tellEveryMs` in which something else changed. A line is said only
 * when it covers what it is said for.
 */
export function createCheckpointTeller(deps: TellDeps, pace: CheckpointPace): CheckpointTeller {
  let lookedAtMs = NEVER
  let isOwed = false
  const tell = async (checkpoint: Checkpoint): Promise<void> => {
    isOwed = true
    const nowMs = deps.clock.monotonicMs()
    if (nowMs - lookedAtMs < pace.lookEveryMs) return
    const resolvedWithinMs = Math.min(nowMs - lookedAtMs + MARGIN_MS, lookedAtMs === NEVER ? FIRST_LOOK_MS : MOST_MS)
    lookedAtMs = nowMs
    await tellIncidents(deps, checkpoint, pace, resolvedWithinMs)
    isOwed = false
  }
  return { tell, remind: async (checkpoint) => (isOwed ? tell(checkpoint) : undefined) }
}

async function tellIncidents(
  deps: TellDeps,
  checkpoint: Checkpoint,
  pace: CheckpointPace,
  resolvedWithinMs: number,
): Promise<void> {
  const { stores } = deps
  const lists = await Promise.all(WORKED_ON.map((state) => stores.incidents.list({ state, limit: MOST_INCIDENTS })))
  const resolved = await stores.incidents.list({ resolvedWithinMs, limit: MOST_INCIDENTS })
  const incidents = [...lists.flat().slice(0, MOST_INCIDENTS), ...resolved]
  const posts = await Promise.all(incidents.map((incident) => postFor(deps, incident, checkpoint, pace)))
  await stores.outbox.append(posts.filter((post) => post !== undefined))
}

async function postFor(
  { stores }: TellDeps,
  { id, state }: Incident,
  checkpoint: Checkpoint,
  { tellEveryMs }: CheckpointPace,
): Promise<OutboxMessage | undefined> {
  const newest = await stores.auditReader.list({ incidentId: id, after: null, limit: NEWEST })
  // Whoever reads an incident right after its run ended hides that end from nobody, nor does what people say of it
  // once it is resolved.
  const resolution = state === 'resolved' ? newest.findLast(({ entry }) => entry['event'] === RESOLVED) : undefined
  const change = resolution ?? newest.findLast(({ entry }) => !isReading(entry))
  const key = change === undefined ? undefined : keyOf(change, checkpoint, tellEveryMs)
  if (key === undefined) return undefined
  return {
    kind: 'post',
    incidentId: id,
    text: checkpointLine(checkpoint),
    key: `checkpoint ${id} ${key}`,
    priority: 'chatter',
  }
}

/** Undefined when there is nothing to say yet: it is not covered. */
function keyOf({ seq, at, entry }: AuditReading, checkpoint: Checkpoint, tellEveryMs: number): string | undefined {
  const { event } = entry
  if (seq === null || seq > checkpoint.size || typeof event !== 'string') return undefined
  if (RUN_ENDS.includes(event)) return `run ${String(seq)}`
  if (event === RESOLVED) return `resolved ${String(seq)}`
  const stretch = Math.floor(at.getTime() / tellEveryMs)
  return `stretch ${String(stretch)}`
}

/** To have been read changes no incident. */
function isReading({ event }: AuditReading['entry']): boolean {
  return event === 'record.read' || (typeof event === 'string' && event.startsWith('audit.'))
}
