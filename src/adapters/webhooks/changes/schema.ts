import { CHANGE_KINDS } from '../../../domain/change-event.ts'
import { Time } from '../time-schema.ts'
import { z } from 'zod'

const Name = z.string({ error: 'expected text' }).trim().min(1, 'expected some text').max(500)
/** A number of any size is kept as its digits. */
const Id = z.union([Name, z.number().transform(String)], { error: 'expected text or a number' })
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null)

/** One change as CONTRACT section 9 has it. */
export const ReportedChange = z.object({
  id: Id,
  source: Name,
  kind: z.enum(CHANGE_KINDS, { error: `expected one of ${CHANGE_KINDS.join(', ')}` }),
  service: Name,
  environment: optional(Name),
  at: Time,
  finishedAt: optional(Time),
  revision: optional(Name),
  previous: optional(z.object({ id: optional(Id), revision: optional(Name) })),
  actor: optional(Name),
  url: optional(z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).max(2_048)),
  summary: optional(z.string().max(4_000)),
})
export type ReportedChange = z.infer<typeof ReportedChange>

export const ReportedChanges = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())], {
  error: 'expected a change or a list of changes',
})
