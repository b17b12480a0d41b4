import { z } from 'zod'
import { QUIET } from './quiet.ts'
import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { findPosted, POST_EVENT } from './find-posted.ts'
import { renderChart } from '../render/render-chart.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { PostedPicture, PostTry } from '../../../ports/chat-surface.ts'
import type { SlackApi } from './slack-api.ts'
import type { ThreadPlace } from './find-posted.ts'

const Posted = z.object({ ts: z.string().min(1) })
const Done = z.object({ ok: z.literal(true) })

/** It may also have been this one chart that it did not like. */
const ASK_AGAIN_MS = 3_600_000

interface ChartPost {
  readonly where: ThreadPlace
  readonly picture: PostedPicture
  readonly attempt: PostTry | undefined
}

/**
 * Slack's own chart, where no file could be posted. It comes to workspaces by and by: one that does not know it answers
 * `invalid_blocks`, is asked no more for an hour, and is told in words. `post` answers null and `update` false then.
 */
export function createCharts(api: SlackApi, clock: Clock) {
  let askAgainAtMs = Number.NEGATIVE_INFINITY
  const isTaken = () => clock.monotonicMs() >= askAgainAtMs
  const unlessRefused = async <Shown>(send: () => Promise<Shown>): Promise<Shown | null> => {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof VendorRejectedError) || error.vendorCode !== 'invalid_blocks') throw error
      askAgainAtMs = clock.monotonicMs() + ASK_AGAIN_MS
      return null
    }
  }
  return {
    post: async ({ where, picture, attempt }: ChartPost, signal: AbortSignal): Promise<string | null> => {
      const { chart, words } = picture
      if (chart == null || !isTaken()) return null
      const known = attempt === undefined ? null : await findPosted(api, where, attempt, signal)
      if (known !== null) return known
      const metadata = { event_type: POST_EVENT, event_payload: { keys: attempt?.keys.join(' ') ?? '' } }
      const message = { ...where, ...renderChart(chart, words), metadata, ...QUIET }
      return unlessRefused(async () => (await api.call('chat.postMessage', message, Posted, signal)).ts)
    },
    update: async (
      shown: { readonly channel: string; readonly ts: string },
      { chart, words }: PostedPicture,
      signal: AbortSignal,
    ): Promise<boolean> => {
      if (chart == null || !isTaken()) return false
      const message = { ...shown, ...renderChart(chart, words), link_names: false, parse: 'none' }
      return (await unlessRefused(() => api.call('chat.update', message, Done, signal))) !== null
    },
  }
}
