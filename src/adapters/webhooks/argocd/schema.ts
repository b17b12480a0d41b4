import { isZeroTime, Time } from '../time-schema.ts'
import { z } from 'zod'

/** How Go's templates write what is not there. */
const NOTHING: readonly string[] = ['', '<no value>', '<nil>']
const Text = z
  .string()
  .max(1_000)
  .nullish()
  .transform((text) => (text == null || NOTHING.includes(text.trim()) ? null : text.trim()))
const OptionalTime = z
  .union([
    z
      .string()
      .max(64)
      .refine((text) => NOTHING.includes(text.trim()) || isZeroTime(text))
      .transform(() => null),
    Time,
  ])
  .nullish()
  .transform((time) => time ?? null)

/** The template `countersign-deploy` of Argo CD Notifications, as docs/webhooks.md ships it. */
export const ArgocdNotification = z
  .object({
    app: z
      .string({ error: 'expected the name of the application' })
      .trim()
      .min(1, 'expected the name of the application')
      .max(300),
    namespace: Text,
    project: Text,
    phase: z.enum(['Running', 'Terminating', 'Succeeded', 'Failed', 'Error'], {
      error: 'expected the phase of an operation',
    }),
    revision: Text,
    startedAt: OptionalTime,
    finishedAt: OptionalTime,
    initiatedBy: Text,
    health: Text,
    sync: Text,
  })
  .refine((given) => given.startedAt !== null || given.finishedAt !== null, {
    path: ['startedAt'],
    error: 'expected a time as RFC 3339, such as 2026-11-21T08:00:00Z',
  })
export type ArgocdNotification = z.infer<typeof ArgocdNotification>
