import { z } from 'zod'

/** Only what we use of `GET /loki/api/v1/query_range`: the time in nanoseconds as text, and the line. */
export const LogAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(
      z.object({ values: z.array(z.tuple([z.string().regex(/^\d{1,20}$/), z.string()]).rest(z.unknown())) }),
    ),
  }),
})
