import { z } from 'zod'
import { MODES } from '../domain/mode.ts'
import { SEVERITIES } from '../domain/severity.ts'
import { freezeSection } from './freeze-section.ts'
import { parseDuration } from '../kernel/duration.ts'
import { trustedProxy } from './trusted-proxy.ts'
import { isHeartbeatAddress } from './heartbeat-address.ts'

/** A duration such as `5m`, as milliseconds. */
const duration = z
  .string({ error: 'a duration such as 90s, 15m or 2h' })
  .describe('Such as 90s, 15m or 2h.')
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined) return ms
    context.addIssue({ code: 'custom', message: 'a duration such as 90s, 15m or 2h' })
    return z.NEVER
  })

/** A duration that the house limits, whatever is configured. */
const atMost = (limit: '60m' | '48h') =>
  duration.refine((ms) => ms > 0 && ms <= (parseDuration(limit) ?? 0), {
    error: `a duration of at most ${limit}`,
  })

/** A size such as `1MiB`, as bytes. */
const size = z
  .string({ error: 'a size such as 512KiB or 1MiB' })
  .describe('Such as 512KiB or 1MiB.')
  .transform((text, context) => {
    const match = /^(\d{1,6})\s*(KiB|MiB)$/.exec(text.trim())
    if (match !== null) return Number(match[1]) * (match[2] === 'MiB' ? 1_048_576 : 1024)
    context.addIssue({ code: 'custom', message: 'a size such as 512KiB or 1MiB' })
    return z.NEVER
  })

/** Somebody looks for what stands still this often, and a beat follows a look. */
const SHORTEST_BEAT_MS = 10_000

/** A checkpoint is made every ten seconds, and one that fails is made again: shorter would stop work for nothing. */
const SHORTEST_DELAY_MS = 60_000

const route = z
  .strictObject({
    owner: z.string().min(1).optional(),
    severity: z.enum(SEVERITIES).optional(),
    channel: z.string().min(1),
  })
  .describe('Sends the card of a matching incident to this channel.')

const slackTeam = z.string().regex(/^[TE][A-Z0-9]{0,63}$/, 'an id such as T0123456789')

const labels = (fallback: readonly string[]) =>
  z
    .array(z.string().min(1))
    .min(1)
    .default([...fallback])

/** PromQL or LogQL in which the names of services are filled in. */
const queryOfServices = z
  .string()
  .refine((query) => query.includes('=~"${{ services }}"'), 'a query with a matcher =~"${{ services }}"')

const instances = z.strictObject({
  requests: queryOfServices.describe('Requests a second of each instance.'),
  errors: queryOfServices.describe('Failed requests a second of each instance.'),
  latency: queryOfServices.nullable().default(null).describe('Seconds a request of each instance.'),
  serviceLabel: z.string().min(1).default('service'),
  instanceLabel: z.string().min(1).default('pod'),
})

const goldenSignal = z
  .strictObject({ query: queryOfServices, unit: z.string().max(20).default('') })
  .nullable()
  .default(null)

/** What is read around an onset besides what the alerts themselves measure. */
const evidence = z.strictObject({
  signals: z
    .strictObject({
      rate: goldenSignal.describe('Requests of each service.'),
      errors: goldenSignal.describe('Share or number of failed requests of each service.'),
      latency: goldenSignal.describe('Time a request of each service takes.'),
      saturation: goldenSignal.describe('How full each service is.'),
      serviceLabel: z.string().min(1).default('service'),
    })
    .optional()
    .describe('The golden signals of the failing service and its neighbours, in PromQL.'),
  logs: z
    .strictObject({ query: queryOfServices })
    .optional()
    .describe('LogQL for the lines of a service, asked of LOKI_URL.'),
})

/** `countersign.yaml` (CONTRACT 3). Secrets have no place here: they come from the environment. */
export const ConfigurationFile = z.strictObject({
  mode: z.enum(MODES).default('assist').describe('The strictest of this and each service’s own mode wins.'),
  server: z
    .strictObject({
      publicUrl: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Base of the links to the console.'),
      trustedProxies: z
        .array(trustedProxy)
        .max(100, 'at most 100 addresses and networks')
        .default([])
        .describe(
          'Proxies whose X-Forwarded-For says where a request came from, for the audit log; nobody by default.',
        ),
    })
    .prefault({}),
  catalog: z.string().default('./catalog').describe('Folder of Backstage entities (*.yaml).'),
  playbooks: z.string().default('./playbooks'),
  policies: z.string().default('./policies').describe('Folder of Cedar policies (*.cedar).'),
  people: z.string().default('./people.yaml'),
  review: z
    .strictObject({
      configuration: z
        .enum(['two-people', 'repository'])
        .default('two-people')
        .describe(
          'Who accepts changed policies and playbooks: two people here, or the review of the repository they come from.',
        ),
    })
    .prefault({}),
  slack: z
    .strictObject({
      channel: z.string().min(1).describe('Where cards go when no route matches.'),
      team: slackTeam.optional().describe('Workspace of the channel, where the app is installed in several.'),
      channelPerIncident: z.enum(SEVERITIES).optional(),
      routes: z.array(route.extend({ team: slackTeam.optional() })).default([]),
      workspaces: z
        .array(slackTeam)
        .default([])
        .describe('Workspaces and organisations that may install the app, besides those of people and routes.'),
    })
    .optional(),
  teams: z.strictObject({ channel: z.string().min(1), routes: z.array(route).default([]) }).optional(),
  mapping: z
    .strictObject({
      service: labels(['service', 'app_kubernetes_io_name', 'app', 'job']),
      environment: labels(['environment', 'env']),
    })
    .prefault({}),
  links: z.strictObject({ hosts: z.array(z.string().min(1)).default([]) }).prefault({}),
  grouping: z.strictObject({ window: duration.prefault('5m') }).prefault({}),
  changes: z
    .strictObject({
      lookback: duration.prefault('2h'),
      instances: instances.optional().describe('Lets new instances of a service be compared with its old ones.'),
    })
    .prefault({}),
  evidence: evidence.prefault({}),
  approvals: z
    .strictObject({
      ttl: duration.prefault('15m'),
      escalateAt: z
        .array(z.number().gt(0).lt(1))
        .max(10)
        .default([0.4, 0.7])
        .refine((shares) => shares.every((share, index) => share > (shares[index - 1] ?? 0)), 'ascending shares')
        .describe('At these shares of the time to expiry the next in line are told of what still waits; [] for never.'),
      breakGlass: z
        .strictObject({
          playbooks: z
            .array(z.string().min(1))
            .default([])
            .describe('Playbooks that may run without their quorum in an emergency; none by default.'),
          for: atMost('60m').prefault('60m').describe('How long such a run may start steps; at most 60m.'),
          review: atMost('48h').prefault('48h').describe('Until when somebody else reviews it; at most 48h.'),
        })
        .prefault({}),
      fatigue: z.strictObject({ decisions: z.int().min(1).default(10), per: duration.prefault('10m') }).prefault({}),
    })
    .prefault({}),
  freezes: z.array(freezeSection).default([]).describe('Freezes that come back by the calendar; nothing runs then.'),
  execution: z
    .strictObject({
      inflightWindow: duration.prefault('10s').describe('After it an unknown step is reconciled.'),
      lease: duration.prefault('30s').describe('How long a replica holds a run without a sign of life.'),
      runsAtOnce: z
        .int()
        .min(1)
        .max(256)
        .default(32)
        .describe('How many runs a replica advances at once; beyond 36 it opens more connections to the database.'),
    })
    .prefault({}),
  intake: z.strictObject({ maxBody: size.prefault('1MiB') }).prefault({}),
  pagerduty: z.strictObject({ mirror: z.boolean().default(false) }).prefault({}),
  http: z
    .strictObject({
      hosts: z.array(z.string().min(1)).default([]).describe('Hosts (with port when not 443) that http/check may ask.'),
    })
    .prefault({}),
  operations: z
    .strictObject({
      heartbeat: z
        .strictObject({
          url: z
            .string()
            .refine(isHeartbeatAddress, 'an https address such as https://hc.example.com/ping/{secret}')
            .describe('Of a dead-man switch. {secret} stands for COUNTERSIGN_HEARTBEAT_SECRET.'),
          every: duration
            .refine((ms) => ms >= SHORTEST_BEAT_MS, 'at least 10s')
            .prefault('30s')
            .describe('The switch pages when no beat came for about three times this.'),
        })
        .optional(),
    })
    .prefault({}),
  audit: z
    .strictObject({
      checkpoints: z.string().optional().describe('Folder for signed checkpoints, outside the database.'),
      copies: z.array(z.string()).default([]).describe('Further folders that get every checkpoint.'),
      lineEvery: duration.prefault('5m').describe('At most one checkpoint line an incident in this time.'),
      mostDelay: atMost('60m')
        .refine((ms) => ms >= SHORTEST_DELAY_MS, 'at least 1m')
        .prefault('15m')
        .describe(
          'How long the log may be without numbers or checkpoints before nothing of tier 3 is approved or carried out; 1m to 60m.',
        ),
      review: z
        .strictObject({
          at: z
            .string()
            .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 06:00')
            .default('06:00')
            .describe('When the log of the day before is reviewed, UTC.'),
          slack: z.string().min(1).optional().describe('Channel that gets the result as a line.'),
          teams: z.string().min(1).optional().describe('Channel that gets the result as a line.'),
        })
        .prefault({}),
      retention: z
        .strictObject({
          months: z
            .int()
            .min(3, 'at least 3: the last three months are always at once available')
            .default(12)
            .describe('Whole months that entries stay in the database before they may be archived (PCI DSS 10.5.1).'),
        })
        .prefault({}),
    })
    .prefault({}),
})
export type ConfigurationFile = z.infer<typeof ConfigurationFile>

/** For editors; checked in at docs/schema/countersign.schema.json. */
export function configurationJsonSchema(): object {
  return { ...z.toJSONSchema(ConfigurationFile, { io: 'input' }), title: 'Countersign configuration' }
}

/**
 * What can still be used of a file with mistakes: each section that fits by itself. It decides where the other files
 * are looked for, so that one mistake does not hide those of the others.
 */
export function salvageSettings(written: unknown): ConfigurationFile {
  if (typeof written !== 'object' || written === null) return ConfigurationFile.parse({})
  const sections = Object.entries(ConfigurationFile.shape).flatMap(([name, schema]) => {
    const value: unknown = (written as Readonly<Record<string, unknown>>)[name]
    return value !== undefined && schema.safeParse(value).success ? [[name, value] as const] : []
  })
  return ConfigurationFile.parse(Object.fromEntries(sections))
}
