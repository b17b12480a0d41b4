import { sql } from './drizzle.ts'
import { storableJson } from './storable-json.ts'
import type { Database } from './database.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { PlanPreview } from '../domain/plan-preview.ts'
import type { PreviewStore } from '../ports/preview-store.ts'

interface PreviewRow extends Record<string, unknown> {
  readonly preview: unknown
  readonly tries: number
  readonly gathered_at: string
}

/** Written by `save` below and by nothing else, but maybe by an older version, which kept nothing of invocations. */
function toPreview(preview: unknown): PlanPreview {
  const { steps } = preview as PlanPreview
  return { steps: steps.map((step) => ({ ...step, invocation: (step as Partial<typeof step>).invocation ?? null })) }
}

export function createPreviewStore(db: Database): PreviewStore {
  return {
    find: async (proposalId) => {
      const { rows } = await db.execute<PreviewRow>(
        sql`SELECT preview, tries, gathered_at FROM proposal_previews WHERE proposal_id = ${proposalId}`,
      )
      return rows.map(({ preview, tries, gathered_at }) => ({
        preview: toPreview(preview),
        tries,
        gatheredAt: new Date(gathered_at),
      }))[0]
    },
    save: async (proposalId, preview, tries) => {
      const json = JSON.stringify(storableJson(preview as unknown as JsonObject))
      const { rows } = await db.execute<{ tries: number }>(sql`
        INSERT INTO proposal_previews (proposal_id, preview, tries) VALUES (${proposalId}, ${json}::jsonb, ${tries + 1})
        ON CONFLICT (proposal_id) DO UPDATE
          SET preview = excluded.preview, tries = excluded.tries, gathered_at = clock_timestamp()
          WHERE proposal_previews.tries = ${tries}
        RETURNING tries`)
      return rows.length > 0
    },
  }
}
