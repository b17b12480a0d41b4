import { z } from 'zod'
import { isZeroTime, Time } from '../time-schema.ts'

const MAX_LABELS = 200
const MAX_NAME = 1_000
const MAX_VALUE = 32_768

const Labels = z
  .record(z.string().max(MAX_NAME), z.string({ error: 'expected text' }).max(MAX_VALUE))
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `expected at most ${MAX_LABELS} of them`)

/** One alert of Alertmanager's webhook, version 4: the fields that are used. */
export const AlertmanagerAlert = z.object({
  status: z.enum(['firing', 'resolved'], { error: 'expected firing or resolved' }),
  labels: Labels.refine((labels) => Object.values(labels).some((value) => value !== ''), 'expected at least one label'),
  annotations: Labels.nullish().transform((annotations) => annotations ?? {}),
  startsAt: Time,
  endsAt: z
    .union([
      z
        .string()
        .max(64)
        .refine(isZeroTime)
        .transform(() => null),
      Time,
    ])
    .nullish()
    .transform((time) => time ?? null),
  generatorURL: z.string().max(8_192).nullish(),
  fingerprint: z.string().max(200).nullish(),
})
export type AlertmanagerAlert = z.infer<typeof AlertmanagerAlert>

/** The envelope; each alert is checked by itself, so that a bad one does not take the others with it. */
export const AlertmanagerWebhook = z.object({
  version: z.literal('4', { error: 'expected "4", the version of Alertmanager\'s webhook' }).optional(),
  alerts: z.array(z.unknown(), { error: 'expected a list of alerts' }),
})
