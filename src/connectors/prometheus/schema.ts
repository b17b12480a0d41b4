import { z } from 'zod'

/** The end of the year 9999: later times cannot be written as a date that everything else reads. */
const LAST_SECOND = Date.UTC(10_000, 0) / 1_000 - 1

/** `[unix seconds, "value"]`; values come as text because JSON has no NaN and no infinity. */
const Sample = z.tuple([z.number().min(0).max(LAST_SECOND), z.string()])
const Labels = z.record(z.string(), z.string())

const QueryData = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: Labels, value: Sample.optional() })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: Labels, values: z.array(Sample).optional() })),
  }),
  z.object({ resultType: z.literal('scalar'), result: Sample }),
  z.object({ resultType: z.literal('string'), result: Sample }),
])
export type QueryData = z.infer<typeof QueryData>

/** The answer of `/api/v1/query` and `/api/v1/query_range`. */
export const QueryAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: QueryData }),
  z.object({ status: z.literal('error'), errorType: z.string().optional(), error: z.string().optional() }),
])
export type QueryAnswer = z.infer<typeof QueryAnswer>
