import { z } from 'zod'
import { Span } from './moment.ts'

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens')

const ServiceEntry = z.strictObject({
  name: Name,
  requestsPerSecond: z.number().positive(),
  /** Of a good day. */
  errorRatio: z.number().min(0).max(1).default(0.002),
  latencyMs: z.number().positive(),
  memoryMb: z.number().positive(),
  /** Which share of its requests needs the other service. */
  calls: z.record(Name, z.number().min(0).max(1)).default({}),
  hasDatabase: z.boolean().default(false),
  /** What was deployed, oldest first, and how long ago; the last one runs. */
  deploys: z.array(z.strictObject({ version: z.string().min(1), ago: Span, by: z.string().min(1) })).min(2),
  /** Absent: the service has no Argo CD application. */
  app: Name.optional(),
  pagerdutyServiceId: z
    .string()
    .regex(/^P[A-Z0-9]{3,20}$/)
    .optional(),
})
export type ServiceEntry = z.infer<typeof ServiceEntry>

const RuleEntry = z.strictObject({
  alert: z.string().min(1),
  expr: z.string().min(1),
  /** How long the expression must hold before the alert fires. */
  for: Span,
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
})
export type RuleEntry = z.infer<typeof RuleEntry>

const OnCallEntry = z.strictObject({ service: Name, name: z.string(), email: z.string(), level: z.int().min(1) })

/** `sandbox/world.yaml`: the services, how they hang together, and who watches them with which rules. */
export const WorldFile = z.strictObject({
  environment: z.string().min(1),
  project: Name,
  services: z.array(ServiceEntry).min(1),
  functions: z.array(z.strictObject({ name: Name, does: z.literal('recycle-pods'), version: z.string() })).default([]),
  onCall: z.array(OnCallEntry).default([]),
  rules: z.array(RuleEntry).min(1),
})
export type WorldFile = z.infer<typeof WorldFile>
