import { z } from 'zod'
import { Moment, Span } from './moment.ts'

const Deploy = z.strictObject({
  service: z.string(),
  version: z.string().min(1),
  by: z.string().min(1),
  /** Of its newest commit. */
  message: z.string().min(1).max(200).optional(),
})

const Fault = z
  .strictObject({
    service: z.string(),
    /** In effect while the service runs this version; without it, from `from` until `until`. */
    whileVersion: z.string().optional(),
    from: Moment.optional(),
    until: Moment.optional(),
    /** How long it takes to reach its full force. */
    ramp: Span.prefault('0s'),
    errorRatio: z.number().min(0).max(1).default(0),
    latencyMs: z.number().min(0).default(0),
    leakMbPerMinute: z.number().min(0).default(0),
    databaseDown: z.boolean().default(false),
  })
  .refine((fault) => (fault.whileVersion === undefined) !== (fault.from === undefined), {
    message: 'exactly one of whileVersion and from',
  })
export type Fault = z.infer<typeof Fault>

/**
 * `sandbox/scenarios/<name>.yaml`. What is under `right` is for tests and for the one who judges; nothing of it reaches
 * the product.
 */
export const Scenario = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/),
  title: z.string().min(1).max(120),
  story: z.array(z.string().min(1)).min(1),
  events: z.array(z.strictObject({ at: Moment, deploy: Deploy })).default([]),
  faults: z.array(Fault).min(1),
  right: z.strictObject({
    service: z.string(),
    /** Null when no deploy is to blame. */
    culprit: z.strictObject({ service: z.string(), version: z.string() }).nullable(),
    /** Null when there is no playbook that helps, and so nothing may be proposed. */
    playbook: z.string().nullable(),
    why: z.string().min(1),
  }),
})
export type Scenario = z.infer<typeof Scenario>
