import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { ChangeEvent, ChangeKind, IncomingChange } from '../domain/change-event.ts'
import type { Database } from './database.ts'
import { toDate } from './run-row.ts'
import { storableText } from '../kernel/clean-text.ts'

/** An element of `changes.endings`. */
export interface EndingJson {
  readonly outcome: string | null
  readonly finishedAt: string | null
  readonly at: string
}

/** A row of `changes` as the driver hands it out for hand-written SQL: snake_case, times as text. */
export interface ChangeRow extends Record<string, unknown> {
  readonly id: string
  readonly kind: string
  readonly service: string
  readonly environment: string | null
  readonly at: string
  readonly finished_at: string | null
  readonly revision: string | null
  readonly previous: ChangeEvent['previous']
  readonly actor: string | null
  readonly url: string | null
  readonly summary: string | null
  readonly outcome: string | null
  readonly commits: NonNullable<ChangeEvent['commits']> | null
  readonly endings: readonly EndingJson[] | null
  readonly sources: ChangeEvent['sources'] | null
}

/** Newest first, each with the reports it is made of. */
export async function selectChanges(db: Database, condition: SQL): Promise<readonly ChangeRow[]> {
  const { rows } = await db.execute<ChangeRow>(sql`
    SELECT changes.*, (SELECT jsonb_agg(jsonb_build_object('source', source, 'sourceId', source_id) ORDER BY received_at, source)
                         FROM change_reports WHERE change_id = changes.id) AS sources
      FROM changes WHERE ${condition} ORDER BY at DESC, changes.id DESC`)
  return rows
}

export function toChange(row: ChangeRow): ChangeEvent {
  return {
    id: row.id,
    kind: row.kind as ChangeKind,
    service: row.service,
    environment: row.environment,
    at: new Date(row.at),
    finishedAt: toDate(row.finished_at),
    revision: row.revision,
    previous: row.previous,
    actor: row.actor,
    url: row.url,
    summary: row.summary,
    outcome: row.outcome as ChangeEvent['outcome'],
    sources: row.sources ?? [],
    ...(row.commits === null ? {} : { commits: row.commits }),
  }
}

/** Times as text, and text as Postgres can hold it. */
export function changeToJson(change: IncomingChange) {
  const { previous } = change
  return {
    source: storableText(change.source),
    sourceId: storableText(change.sourceId),
    kind: change.kind,
    service: storableText(change.service),
    environment: clean(change.environment),
    at: change.at.toISOString(),
    finishedAt: change.finishedAt?.toISOString() ?? null,
    revision: clean(change.revision),
    previous: previous === null ? null : { id: clean(previous.id), revision: clean(previous.revision) },
    actor: clean(change.actor),
    url: clean(change.url),
    summary: clean(change.summary),
    outcome: change.outcome,
    commits: change.commits == null ? null : cleanCommits(change.commits),
  }
}

function cleanCommits({ count, newest }: NonNullable<IncomingChange['commits']>) {
  return {
    count,
    newest: newest.map(({ revision, message, author }) => ({
      revision: storableText(revision),
      message: storableText(message),
      author: clean(author),
    })),
  }
}

function clean(text: string | null): string | null {
  return text === null ? null : storableText(text)
}
