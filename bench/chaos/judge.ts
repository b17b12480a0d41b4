import type { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'
import { compareReplay } from '../../src/audit/compare-replay.ts'
import { replayEntries } from '../../src/audit/replay-entries.ts'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { readTables } from '../../test/support/replay/read-tables.ts'
import { readEntries } from '../../test/support/replay/read-entries.ts'
import type { Owner } from './chaos-database.ts'
import type { Disturbances } from './disturb.ts'
import type { KillCounts } from './kill-workers.ts'
import type { Asked } from './settle-unknown.ts'
import type { AuditCheck } from './verify-log.ts'

export interface Verdict {
  readonly runs: number
  readonly steps: number
  readonly seconds: number
  readonly requests: number
  readonly effects: number
  readonly lostAnswers: number
  readonly kills: KillCounts
  readonly disturbances: Disturbances
  readonly doubles: readonly string[]
  /** Steps of succeeded runs whose effect never happened. */
  readonly lost: readonly string[]
  /** Approved, and the approval was acknowledged, and the run is not there. */
  readonly forgotten: readonly string[]
  readonly notEnded: readonly string[]
  /** Ended otherwise than succeeded, and nobody pressed Stop. */
  readonly notSucceeded: readonly string[]
  readonly stopped: number
  /** Steps shown to a person, by crash class. */
  readonly asked: Asked
  /** Effects without an intent and the approvals on the log before them, or without an outcome. */
  readonly unaudited: readonly string[]
  readonly reconciled: number
  readonly audit: AuditCheck
  /** What the log alone says otherwise than the tables. */
  readonly differences: readonly string[]
}

export interface Evidence extends Pick<
  Verdict,
  'kills' | 'asked' | 'lostAnswers' | 'disturbances' | 'audit' | 'seconds'
> {
  readonly owner: Owner
  readonly target: CountingTarget
  /** Runs of which an approval was acknowledged. */
  readonly acknowledged: readonly string[]
  /** Runs of this scenario. */
  readonly isOwn: (runId: string) => boolean
}

interface RunRow {
  readonly id: string
  readonly state: string
  readonly detail: string | null
  readonly plan: string
  readonly is_stopped: boolean
}

/** Compares what the target saw with what the ledger and the audit log say. The target alone knows what happened. */
export async function judge(evidence: Evidence): Promise<Verdict> {
  const { owner, target, acknowledged, isOwn } = evidence
  const all = await owner.rows<RunRow>(
    `SELECT r.id, r.state, r.detail, p.plan_json AS plan, r.stop_requested_by IS NOT NULL AS is_stopped
       FROM runs r JOIN proposals p ON p.id = r.proposal_id`,
  )
  const runs = all.filter(({ id }) => isOwn(id))
  const ended = ['succeeded', 'failed', 'undone', 'stopped']
  const counts = countByKey(target)
  const keysOf = (run: RunRow) => effectsOf(run.plan).map((stepId) => `${run.id}:${stepId}:main`)
  const succeeded = runs.filter(({ state }) => state === 'succeeded')
  const entries = await readEntries(owner)
  const say = ({ id, state, detail }: RunRow) => `${id} ${state} (${detail ?? 'no reason given'})`
  const others = runs.filter((run) => run.state !== 'succeeded' && !run.is_stopped)
  const ledger = await readLedger(owner, others)
  return {
    ...evidence,
    runs: runs.length,
    steps: runs.flatMap(keysOf).length,
    requests: target.requestCount(),
    effects: target.effects.length,
    doubles: [...counts].filter(([, count]) => count > 1).map(([key]) => key),
    lost: succeeded.flatMap(keysOf).filter((key) => !counts.has(key)),
    forgotten: acknowledged.filter((id) => !all.some((run) => run.id === id)),
    notEnded: runs.filter(({ state }) => !ended.includes(state)).map(say),
    notSucceeded: others.map((run) => `${say(run)}${ledger.get(run.id) ?? ''}`),
    stopped: runs.filter(({ state }) => state === 'stopped').length,
    unaudited: findUnaudited(entries, new Set(runs.flatMap(keysOf)), counts),
    reconciled: entries.filter((entry) => entry['event'] === 'step.unknown' && isOwn(textOf(entry['runId']))).length,
    differences: compareReplay(replayEntries(entries), await readTables(owner)),
  }
}

/** What was tried, so that nobody has to guess why a run ended as it did. */
async function readLedger(owner: Owner, runs: readonly RunRow[]): Promise<ReadonlyMap<string, string>> {
  const rows = await owner.rows<{ run: string; lines: string }>(
    `SELECT run_id AS run, string_agg(format(E'\n    %s %s %s, intended %s, closed after %s s: %s',
              step_id, crash_class, state, to_char(intended_at, 'HH24:MI:SS.MS'),
              round(extract(epoch FROM finished_at - intended_at), 1), detail), '' ORDER BY id) AS lines
       FROM attempts WHERE run_id = ANY($1::text[]) GROUP BY run_id`,
    [runs.map(({ id }) => id)],
  )
  return new Map(rows.map(({ run, lines }) => [run, lines]))
}

function effectsOf(planJson: string): readonly string[] {
  const plan = JSON.parse(planJson) as { steps: readonly { id: string; isVerification: boolean }[] }
  return plan.steps.filter(({ isVerification }) => !isVerification).map(({ id }) => id)
}

function countByKey(target: CountingTarget): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { key } of target.effects) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** Each effect that the target saw, joined with the log by its key: approved, intended, and with an outcome. */
function findUnaudited(
  entries: readonly JsonObject[],
  approved: ReadonlySet<string>,
  counts: ReadonlyMap<string, number>,
): readonly string[] {
  const [intended, closed] = [new Set<string>(), new Set<string>()]
  for (const entry of entries) {
    const key = textOf((entry['execution'] as JsonObject | undefined)?.['idempotencyKey'])
    const by = (entry['details'] as JsonObject | undefined)?.['approvedBy'] as readonly string[] | undefined
    if (entry['event'] === 'step.intended' && (by?.length ?? 0) > 0) intended.add(key)
    const state = (entry['states'] as JsonObject | undefined)?.['attempt']
    if (state === 'done' || state === 'failed') closed.add(key)
  }
  return [...counts.keys()].filter((key) => !approved.has(key) || !intended.has(key) || !closed.has(key))
}
