import { and, asc, eq, inArray, lte, sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import { OUTBOX_KINDS, OUTBOX_PRIORITIES } from '../ports/outbox.ts'
import { outboxMessages } from './schema.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'
import type { ValueOf } from './fixed-statement.ts'
import { notify } from './notify.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Outbox, OutboxMessage, OutboxPriority, OutboxQueue, WaitingMessage } from '../ports/outbox.ts'
import type { SurfaceName } from '../domain/surface.ts'

/**
 * State machine of a message: waiting → sent | dead, for a card; waiting → sending → sent | waiting | dead for what a
 * second try would double. A card that is being sent stays `waiting` until it is marked, so that a crash repeats it: it
 * is rendered when it is sent, and where it was posted is kept with the card. A post that is found `sending` may have
 * arrived before a crash or without an answer: the surface looks for it, where it can, before it is posted again. Dead
 * ones are the dead letters' own. `begun` counts tries that came to no end. Messages with the same coalesce key are one while they wait.
 */
export function createOutbox(db: Database, surfaces: readonly SurfaceName[]): Outbox {
  return { append: (messages) => append(db, surfaces, messages) }
}

/** `kinds`: only tests of two builds side by side pass another list than this build's own. */
export function createOutboxQueue(db: Database, kinds: readonly string[] = OUTBOX_KINDS): OutboxQueue {
  return {
    listDue: (surface, limit) => listDue(db, surface, kinds, limit),
    begin: (messages) => begin(db, messages),
    markSending: (messages) => markSending(db, messages),
    markSent: (messages) => markSent(db, messages),
    postpone: (message, delayMs, error, isOpen = false) => postpone(db, message, { delayMs, error, isOpen }),
    describe: () => describe(db),
  }
}

/** One statement for all messages on all surfaces; the console needs none but the signal, which it always gets. */
async function append(
  db: Database,
  surfaces: readonly SurfaceName[],
  messages: readonly OutboxMessage[],
): Promise<void> {
  if (messages.length === 0) return
  const fresh = await withoutKnownPosts(db, messages)
  const rows = new Map(
    surfaces
      .flatMap((surface) =>
        fresh.filter((message) => isFor(surface, message)).map((message) => rowOf(surface, message)),
      )
      .map((row) => [row.coalesceKey ?? row, row]),
  )
  const incidents = [...new Set(messages.map((message) => message.incidentId ?? ''))]
  if (rows.size > 0) await put(db, [...rows.values()])
  await Promise.all([notify(db, 'outbox'), ...incidents.map((incidentId) => notify(db, 'incident', incidentId))])
}

const CAN_COALESCE = sql`state = 'waiting' and coalesce_key is not null`
const COALESCED = {
  version: sql`${outboxMessages.version} + 1`,
  priority: sql`least(${outboxMessages.priority}, excluded.priority)`,
  notBefore: sql`least(${outboxMessages.notBefore}, excluded.not_before)`,
}

async function put(db: Database, rows: readonly (typeof outboxMessages.$inferInsert)[]): Promise<void> {
  await db
    .insert(outboxMessages)
    .values([...rows])
    .onConflictDoUpdate({ target: outboxMessages.coalesceKey, targetWhere: CAN_COALESCE, set: COALESCED })
}

export interface CardValues {
  readonly cardIncidentId: string
  readonly cardPriority: number
  readonly cardPayload: string
  readonly surfaces: readonly string[]
}

/**
 * The message `card` as part of a statement that goes on from the rows of `source`: stands exactly when there is one.
 * Whoever uses it notifies `outbox` and `incident`, as `append` does.
 */
export function appendCard(value: ValueOf<CardValues>, source: SQL): SQL {
  return sql`
    INSERT INTO outbox_messages (surface, kind, incident_id, priority, coalesce_key, payload)
    SELECT surface, 'card', ${value('cardIncidentId')}, ${value('cardPriority')}::int,
           surface || ' card ' || ${value('cardIncidentId')}, ${value('cardPayload')}::jsonb
      FROM ${source}, unnest(${value('surfaces')}::text[]) AS surface
    ON CONFLICT (coalesce_key) WHERE ${CAN_COALESCE} DO UPDATE
       SET version = ${COALESCED.version}, priority = ${COALESCED.priority}, not_before = ${COALESCED.notBefore}`
}

export function cardValues(surfaces: readonly SurfaceName[], priority: OutboxPriority, incidentId: string): CardValues {
  const payload = payloadOf({ kind: 'card', incidentId, priority })
  return {
    cardIncidentId: incidentId,
    cardPriority: OUTBOX_PRIORITIES.indexOf(priority),
    cardPayload: JSON.stringify(payload),
    surfaces: [...surfaces],
  }
}

/** A post with a key is made once, also when the playbook step that asked for it is issued again after it was sent. */
async function withoutKnownPosts(db: Database, messages: readonly OutboxMessage[]): Promise<readonly OutboxMessage[]> {
  const keys = messages.flatMap((message) => (hasKey(message) ? [message.key] : []))
  if (keys.length === 0) return messages
  const { rows } = await db.execute<{ key: string }>(
    sql`select payload->>'key' as key from outbox_messages where kind in ('post', 'notice') and payload->>'key' = any(${sql.param(keys)}::text[])`,
  )
  const known = new Set(rows.map((row) => row.key))
  return messages.filter((message) => !hasKey(message) || !known.has(message.key))
}

function hasKey(message: OutboxMessage): message is Extract<OutboxMessage, { kind: 'post' | 'notice' }> {
  return message.kind === 'post' || message.kind === 'notice'
}

function isFor(surface: SurfaceName, message: OutboxMessage): boolean {
  if (message.kind === 'notice') return message.surface === surface
  return message.kind !== 'card' || message.except !== surface
}

function rowOf(surface: SurfaceName, message: OutboxMessage): typeof outboxMessages.$inferInsert {
  return {
    surface,
    kind: message.kind,
    incidentId: message.incidentId,
    priority: OUTBOX_PRIORITIES.indexOf(message.priority),
    coalesceKey: coalesceKey(surface, message),
    payload: payloadOf(message),
  }
}

function payloadOf(message: OutboxMessage): JsonObject {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [name, typeof value === 'string' ? storableText(value) : value]),
  )
}

function coalesceKey(surface: SurfaceName, message: OutboxMessage): string | null {
  if (message.kind === 'room') return `${surface} room ${message.incidentId}`
  if (message.kind === 'picture') return `${surface} picture ${message.incidentId}`
  if (message.kind === 'card') return `${surface} card ${message.incidentId}`
  if (message.kind === 'configuration') return `${surface} configuration ${message.changeId}`
  if (hasKey(message)) return `${surface} ${message.kind} ${message.key}`
  return null
}

/**
 * In one thread nothing is said before what came earlier, also when that waits after a failure; and a picture that may
 * have been posted is looked for before the next one is.
 */
const earlierInThread = sql`(
  select 1 from outbox_messages as earlier
   where earlier.state in ('waiting', 'sending') and earlier.kind = outbox_messages.kind and earlier.id < outbox_messages.id
     and earlier.surface = outbox_messages.surface and earlier.incident_id = outbox_messages.incident_id
     and earlier.not_before > clock_timestamp())`

const UNSENT = ['waiting', 'sending']

async function listDue(
  db: Database,
  surface: SurfaceName,
  kinds: readonly string[],
  limit: number,
): Promise<readonly WaitingMessage[]> {
  const rows = await db
    .select()
    .from(outboxMessages)
    .where(
      and(
        eq(outboxMessages.surface, surface),
        IS_DUE,
        // Tried here, a message of a newer build would count as sent and reach nobody.
        inArray(outboxMessages.kind, [...kinds]),
        sql`(kind not in ('thread', 'picture') or not exists ${earlierInThread})`,
      ),
    )
    .orderBy(asc(outboxMessages.priority), asc(outboxMessages.id))
    .limit(limit)
  return rows.map(toWaiting)
}

function toWaiting(row: typeof outboxMessages.$inferSelect): WaitingMessage {
  return {
    id: String(row.id),
    version: row.version,
    // Written by `payloadOf` above and by nothing else.
    message: row.payload as unknown as OutboxMessage,
    attempts: row.attempts,
    begun: row.begun,
    mayHaveArrived: row.state === 'sending',
    createdAt: row.createdAt,
  }
}

const IS_DUE = and(inArray(outboxMessages.state, UNSENT), lte(outboxMessages.notBefore, sql`clock_timestamp()`))

async function begin(db: Database, messages: readonly WaitingMessage[]): Promise<readonly WaitingMessage[]> {
  const ids = messages.map((message) => Number(message.id))
  const rows = await db
    .update(outboxMessages)
    .set({ begun: sql`${outboxMessages.begun} + 1` })
    .where(and(inArray(outboxMessages.id, ids), IS_DUE))
    .returning()
  const found = new Map(rows.map((row) => [String(row.id), toWaiting(row)]))
  return messages.flatMap(({ id }) => found.get(id) ?? [])
}

async function markSending(db: Database, messages: readonly WaitingMessage[]): Promise<void> {
  const ids = messages.map((message) => Number(message.id))
  await db
    .update(outboxMessages)
    .set({ state: 'sending' })
    .where(and(inArray(outboxMessages.id, ids), eq(outboxMessages.state, 'waiting')))
}

async function markSent(db: Database, messages: readonly WaitingMessage[]): Promise<void> {
  if (messages.length === 0) return
  const ids = messages.map((message) => Number(message.id))
  const versions = messages.map((message) => message.version)
  await db.execute(sql`
    update outbox_messages
       set begun = 0,
           state = case when outbox_messages.version = sent.version then 'sent' else state end,
           sent_at = case when outbox_messages.version = sent.version then clock_timestamp() end,
           last_error = case when outbox_messages.version = sent.version then null else last_error end
    from unnest(${sql.param(ids)}::bigint[], ${sql.param(versions)}::int[]) as sent(id, version)
    where outbox_messages.id = sent.id and state in ('waiting', 'sending')`)
}

interface Postponement {
  readonly delayMs: number
  readonly error: string | null
  readonly isOpen: boolean
}

async function postpone(
  db: Database,
  message: WaitingMessage,
  { delayMs, error, isOpen }: Postponement,
): Promise<void> {
  await db
    .update(outboxMessages)
    .set({
      state: isOpen ? 'sending' : 'waiting',
      begun: 0,
      attempts: sql`${outboxMessages.attempts} + ${error === null ? 0 : 1}`,
      notBefore: sql`clock_timestamp() + make_interval(secs => ${delayMs / 1000})`,
      ...(error === null ? {} : { lastError: storableText(error) }),
    })
    .where(and(eq(outboxMessages.id, Number(message.id)), inArray(outboxMessages.state, UNSENT)))
}

async function describe(db: Database): Promise<{ waiting: number; dead: number; oldestSeconds: number }> {
  const { rows } = await db.execute<{ waiting: number; dead: number; oldest_seconds: number }>(sql`
    select count(*) filter (where state in ('waiting', 'sending'))::int as waiting, count(*) filter (where state = 'dead')::int as dead,
      coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where state in ('waiting', 'sending'))), 0)::float8 as oldest_seconds
    from outbox_messages where state in ('waiting', 'sending', 'dead')`)
  const [row] = rows
  return { waiting: row?.waiting ?? 0, dead: row?.dead ?? 0, oldestSeconds: row?.oldest_seconds ?? 0 }
}
