import { z } from 'zod'
import type { Problem } from '../kernel/errors.ts'

const text = z.string().min(1).optional()
const port = z.coerce.number().int().min(0).max(65_535)
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .optional()
  .transform((value) => value === '1' || value === 'true')
const secrets = z
  .string()
  .optional()
  .transform((value) =>
    (value ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
const address = z.url({ protocol: /^https?$/ }).optional()
const database = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'an address such as postgres://user@host:5432/name')
  .optional()

/** Every variable Countersign reads (CONTRACT 3), under the names that each ecosystem already uses. */
const Environment = z.object({
  PORT: port.default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  COUNTERSIGN_CONFIG: text,
  COUNTERSIGN_DATA: z.string().min(1).default('./.countersign'),
  DATABASE_URL: database,
  DATABASE_ADMIN_URL: database,
  SLACK_BOT_TOKEN: text,
  SLACK_SIGNING_SECRET: secrets,
  SLACK_APP_TOKEN: text,
  SLACK_API_URL: address,
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: address,
  OPENAI_MODEL: text,
  ARGOCD_SERVER: text,
  ARGOCD_AUTH_TOKEN: text,
  ARGOCD_INSECURE: flag,
  AWS_REGION: text,
  AWS_ENDPOINT_URL_LAMBDA: address,
  AWS_ACCESS_KEY_ID: text,
  AWS_PROFILE: text,
  AWS_WEB_IDENTITY_TOKEN_FILE: text,
  PAGERDUTY_API_TOKEN: text,
  PAGERDUTY_FROM: text,
  PAGERDUTY_ROUTING_KEY: text,
  PAGERDUTY_WEBHOOK_SECRET: secrets,
  PAGERDUTY_API_URL: address,
  PAGERDUTY_EVENTS_URL: address,
  PROMETHEUS_URL: address,
  GITHUB_WEBHOOK_SECRET: secrets,
  COUNTERSIGN_WEBHOOK_TOKEN: secrets,
  COUNTERSIGN_API_TOKEN: text,
  COUNTERSIGN_AUDIT_KEY: text,
  COUNTERSIGN_AUDIT_KEY_PEM: text,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})
export type Environment = z.infer<typeof Environment>

export interface CheckedEnvironment {
  readonly environment: Environment | undefined
  readonly problems: readonly Problem[]
}

/** Empty variables count as absent: shells and compose files set them so. Values of secrets are never repeated. */
export function checkEnvironment(variables: Readonly<Record<string, string | undefined>>): CheckedEnvironment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const result = Environment.safeParse(given)
  if (!result.success) {
    const problems = result.error.issues.map((issue) => ({
      file: 'environment',
      at: issue.path.map(String).join('.'),
      found: 'a value that does not fit',
      expected: issue.message.replace(/^Invalid input: expected /, ''),
    }))
    return { environment: undefined, problems }
  }
  return { environment: result.data, problems: contradictions(result.data) }
}

/** Halves of pairs: one without the other would fail later, at three in the morning. */
function contradictions(environment: Environment): readonly Problem[] {
  const problems: Problem[] = []
  const needs = (has: boolean, name: string, other: string, isThere: boolean): void => {
    if (has && !isThere) {
      problems.push({ file: 'environment', at: other, found: 'nothing', expected: `a value, since ${name} is set` })
    }
  }
  const hasSigningSecret = environment.SLACK_SIGNING_SECRET.length > 0
  needs(
    environment.SLACK_BOT_TOKEN !== undefined && environment.SLACK_APP_TOKEN === undefined,
    'SLACK_BOT_TOKEN',
    'SLACK_SIGNING_SECRET',
    hasSigningSecret,
  )
  needs(
    environment.SLACK_APP_TOKEN !== undefined,
    'SLACK_APP_TOKEN',
    'SLACK_BOT_TOKEN',
    environment.SLACK_BOT_TOKEN !== undefined,
  )
  needs(hasSigningSecret, 'SLACK_SIGNING_SECRET', 'SLACK_BOT_TOKEN', environment.SLACK_BOT_TOKEN !== undefined)
  needs(
    environment.ARGOCD_SERVER !== undefined,
    'ARGOCD_SERVER',
    'ARGOCD_AUTH_TOKEN',
    environment.ARGOCD_AUTH_TOKEN !== undefined,
  )
  needs(
    environment.PAGERDUTY_API_TOKEN !== undefined,
    'PAGERDUTY_API_TOKEN',
    'PAGERDUTY_FROM',
    environment.PAGERDUTY_FROM !== undefined,
  )
  if (environment.SLACK_SIGNING_SECRET.length > 2) {
    problems.push({
      file: 'environment',
      at: 'SLACK_SIGNING_SECRET',
      found: `${String(environment.SLACK_SIGNING_SECRET.length)} secrets`,
      expected: 'one, or two during rotation',
    })
  }
  return problems
}
