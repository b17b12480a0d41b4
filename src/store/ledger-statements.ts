import type { SQL } from 'drizzle-orm'
import type { SealedLeaf } from '../domain/audit-entry.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type { Told } from '../ports/ledger-store.ts'
import { appendBothLeaves, appendLeaf, leafValues, nextLeafValues } from './audit-leaf-store.ts'
import type { LeafValues, NextLeafValues } from './audit-leaf-store.ts'
import type { Database } from './database.ts'
import { sql } from './drizzle.ts'
import { fixedStatement } from './fixed-statement.ts'
import type { ValueOf } from './fixed-statement.ts'
import { appendCard, cardValues } from './outbox-store.ts'
import type { CardValues } from './outbox-store.ts'
import { appendEntry, entryValues } from './timeline-store.ts'
import type { EntryValues } from './timeline-store.ts'
import { isUnchanged } from './run-versions.ts'
import type { UnchangedValues } from './run-versions.ts'

/** The statements of the ledger: what they check and why stands in `ledger-store.ts`. */

/** `freeze all`, the kill switch, holds now. */
export const IS_ALL_FROZEN = sql`EXISTS (
  SELECT FROM freezes WHERE service IS NULL AND lifted_at IS NULL AND until > clock_timestamp())`

interface IntendValues {
  readonly proposalId: string
  readonly runId: string
  readonly fence: number
  readonly configuration: string | null
  readonly isUndo: boolean
  readonly stepId: string
  readonly stepIndex: number
  readonly direction: string
  readonly effect: string
  readonly number: number
  readonly uses: string
  readonly crashClass: string
  readonly idempotencyKey: string
  readonly requestHash: string
  readonly before: string | null
  readonly timeoutMs: number
}

/** Only what the database alone knows comes back: the rest was handed in. */
interface IntendedRow {
  readonly id: number | string
  readonly intended_at: string
  readonly sent_at: string | null
}

type Unchanging = IntendValues & UnchangedValues
type Both = LeafValues & NextLeafValues

export const INTEND = byLeaf<IntendValues, IntendedRow>((value, append) => intendStatement(value, append))
export const INTEND_IF_UNCHANGED = byLeaf<Unchanging, IntendedRow>((value, append) =>
  intendStatement(value, append, { condition: whileUnchanged(value) }),
)

const INTEND_AND_SEND = fixedStatement<IntendValues & Both, IntendedRow>((value) =>
  intendStatement(value, appendBoth(value), { isSent: true }),
)
const INTEND_AND_SEND_IF_UNCHANGED = fixedStatement<Unchanging & Both, IntendedRow>((value) =>
  intendStatement(value, appendBoth(value), { isSent: true, condition: whileUnchanged(value) }),
)

/** The attempt stands as sent from the beginning, and both leaves with it. */
export const INTEND_AS_SENT = {
  always: (db: Database, values: IntendValues, leaf: SealedLeaf, sent: SealedLeaf) =>
    INTEND_AND_SEND(db, { ...values, ...leafValues(leaf), ...nextLeafValues(sent) }),
  ifUnchanged: (db: Database, values: Unchanging, leaf: SealedLeaf, sent: SealedLeaf) =>
    INTEND_AND_SEND_IF_UNCHANGED(db, { ...values, ...leafValues(leaf), ...nextLeafValues(sent) }),
}

function appendBoth(value: ValueOf<Both>): (source: SQL) => SQL {
  return (source) => sql`, leaves AS (${appendBothLeaves(value, source)})`
}

function whileUnchanged(value: ValueOf<UnchangedValues>): SQL {
  return sql`AND ${isUnchanged(value, sql`a.version`)}`
}

interface Intending {
  readonly isSent?: true
  readonly condition?: SQL
}

function intendStatement(
  value: ValueOf<IntendValues>,
  appendLeaf: (source: SQL) => SQL,
  { isSent, condition = sql`` }: Intending = {},
): SQL {
  const [state, detail, sentAt] =
    isSent === true ? [sql`'sent'`, sql`'sent'`, sql`clock_timestamp()`] : [sql`'intended'`, sql`NULL`, sql`NULL`]
  return sql`
    WITH approved AS MATERIALIZED (
      SELECT id, state, expires_at, glass_until, xmin::text AS version FROM proposals
       WHERE id = ${value('proposalId')} FOR SHARE
    ), mine AS (
      SELECT r.id FROM runs r, approved a
       WHERE r.id = ${value('runId')} AND r.fence = ${value('fence')} AND r.state = 'running'
         AND NOT ${IS_ALL_FROZEN}
         AND NOT EXISTS (
           SELECT FROM configuration_in_force WHERE digest IS DISTINCT FROM ${value('configuration')}::text)
         AND (${value('isUndo')}::boolean OR (
               a.state = 'approved' AND (r.started_at IS NOT NULL OR a.expires_at > clock_timestamp())
               AND coalesce(a.glass_until > clock_timestamp(), true)))
         ${condition}
       FOR UPDATE OF r
    ), started AS (
      UPDATE runs SET started_at = coalesce(started_at, clock_timestamp()), unwritable_since = NULL
       WHERE id = (SELECT id FROM mine) AND (started_at IS NULL OR unwritable_since IS NOT NULL)
    )${appendLeaf(sql`mine`)}
    INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
                          idempotency_key, fence, request_hash, before, deadline_at, detail, sent_at)
    SELECT id, ${value('stepId')}, ${value('stepIndex')}::int, ${value('direction')}, ${value('effect')},
           ${value('number')}::int, ${value('uses')}, ${value('crashClass')}, ${state},
           ${value('idempotencyKey')}, ${value('fence')}::bigint, ${value('requestHash')}, ${value('before')}::jsonb,
           clock_timestamp() + (${value('timeoutMs')}::float8 * interval '1 millisecond'), ${detail}, ${sentAt}
      FROM mine
    RETURNING id, intended_at, sent_at`
}

interface MoveValues {
  readonly runId: string
  readonly fence: number
  readonly isSending: boolean
  readonly attemptId: string
  readonly from: string
  readonly to: string
  readonly detail: string
  readonly keepsHandle: boolean
  readonly handle: string | null
  readonly keepsOutput: boolean
  readonly output: string | null
  readonly keepsAfter: boolean
  readonly after: string | null
  readonly isSent: boolean
  readonly isDone: boolean
  readonly isClosed: boolean
}

interface MovedRow {
  readonly sent_at: string | null
  readonly finished_at: string | null
}

type Tell<Values> = (value: ValueOf<Values>) => SQL

const moveBy = <Values extends MoveValues>(tell: Tell<Values>) =>
  byLeaf<Values, MovedRow>((value, append) => moveStatement(value, append, tell(value)))

function moveStatement(value: ValueOf<MoveValues>, append: (source: SQL) => SQL, told: SQL): SQL {
  return sql`
    WITH mine AS (
      SELECT id FROM runs WHERE id = ${value('runId')} AND fence = ${value('fence')}
         AND state IN ('queued', 'running', 'waiting', 'unknown')
         AND NOT (${value('isSending')}::boolean AND ${IS_ALL_FROZEN}) FOR UPDATE
    ), moved AS (
      UPDATE attempts
         SET state = ${value('to')}, detail = ${value('detail')},
             handle = CASE WHEN ${value('keepsHandle')}::boolean THEN handle ELSE ${value('handle')}::jsonb END,
             output = CASE WHEN ${value('keepsOutput')}::boolean THEN output ELSE ${value('output')}::jsonb END,
             after = CASE WHEN ${value('keepsAfter')}::boolean THEN after ELSE ${value('after')}::jsonb END,
             sent_at = CASE WHEN ${value('isSent')}::boolean THEN coalesce(sent_at, clock_timestamp()) ELSE sent_at END,
             finished_at = CASE WHEN ${value('isClosed')}::boolean THEN clock_timestamp() ELSE finished_at END
       WHERE id = ${value('attemptId')}::bigint AND run_id = (SELECT id FROM mine) AND state = ${value('from')}
      RETURNING run_id, sent_at, finished_at
    ), progress AS (
      UPDATE runs SET crashes = CASE WHEN ${value('isDone')}::boolean THEN 0 ELSE crashes END, unwritable_since = NULL
       WHERE id = (SELECT run_id FROM moved)
         AND (unwritable_since IS NOT NULL OR ${value('isDone')}::boolean AND crashes > 0)
    )${append(sql`moved`)}${told}
    SELECT sent_at, finished_at FROM moved`
}

export const MOVE = moveBy<MoveValues>(() => sql``)

/** What is told stands exactly when the move does. */
export const MOVE_AND_TELL = moveBy<MoveValues & ToldValues>(
  (value) => sql`, entry AS (${appendEntry(value, sql`moved`)}), card AS (${appendCard(value, sql`moved`)})`,
)

type ToldValues = EntryValues & CardValues

export function toldValues({ entry, card }: Told, surfaces: readonly SurfaceName[]): ToldValues {
  return { ...entryValues(entry), ...cardValues(surfaces, card, entry.incidentId) }
}

type ByLeaf<Values, Row> = (db: Database, values: Values, leaf: SealedLeaf | null) => Promise<readonly Row[]>

/** With a leaf and without one. The leaf stands exactly when the row of `source` that it tells of does. */
function byLeaf<Values extends object, Row extends object>(
  build: (value: ValueOf<Values>, appendLeaf: (source: SQL) => SQL) => SQL,
): ByLeaf<Values, Row> {
  const without = fixedStatement<Values, Row>((value) => build(value, () => sql``))
  const withLeaf = fixedStatement<Values & LeafValues, Row>((value) =>
    build(value, (source) => sql`, leaf AS (${appendLeaf(value, source)})`),
  )
  return (db, values, leaf) => (leaf === null ? without(db, values) : withLeaf(db, { ...values, ...leafValues(leaf) }))
}
