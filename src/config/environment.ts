import { z } from 'zod'
import { expectationOf } from '../kernel/checked-yaml.ts'
import { findSlackMistakes } from './find-slack-mistakes.ts'
import { findTeamsMistakes } from './find-teams-mistakes.ts'
import { parseServerAddress } from '../kernel/server-address.ts'
import type { Problem } from '../kernel/errors.ts'

const text = z.string().min(1).optional()
const port = z.coerce.number().int().min(0).max(65_535)
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .optional()
  .transform((value) => value === '1' || value === 'true')
/** One, or several with commas between: the old and the new one during a rotation. */
const secrets = z.string().optional().transform(splitList)
const address = z.url({ protocol: /^https?$/, error: 'an address such as https://host.example.com' }).optional()
const database = z
  .string()
  .refine(isDatabaseAddress, 'an address with a user, such as postgres://user:password@host:5432/name')
  .optional()

function splitList(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** The user is the role that is granted what it needs, so it has to be named. */
function isDatabaseAddress(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value) && new URL(value).username !== ''
}

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
  SLACK_CLIENT_ID: text,
  SLACK_CLIENT_SECRET: text,
  SLACK_TOKEN_KEY: secrets,
  MicrosoftAppId: text,
  MicrosoftAppPassword: text,
  MicrosoftAppTenantId: text,
  MicrosoftAppType: z.enum(['SingleTenant', 'UserAssignedMSI']).default('SingleTenant'),
  TEAMS_INSECURE_LOCAL: flag,
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
  GITHUB_TOKEN: text,
  GITHUB_API_URL: address,
  LOKI_URL: address,
  LOKI_TOKEN: text,
  COUNTERSIGN_WEBHOOK_TOKEN: secrets,
  COUNTERSIGN_API_TOKEN: text,
  COUNTERSIGN_HEARTBEAT_SECRET: text,
  COUNTERSIGN_AUDIT_KEY: text,
  COUNTERSIGN_AUDIT_KEY_PEM: text,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})
export type Environment = z.infer<typeof Environment>

export interface CheckedEnvironment {
  readonly environment: Environment | undefined
  readonly problems: readonly Problem[]
}

/** Every name that is read, for the page that explains them. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(Environment.shape)

/** Empty variables count as absent: shells and compose files set them so. Values of secrets are never repeated. */
export function checkEnvironment(variables: Readonly<Record<string, string | undefined>>): CheckedEnvironment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const result = Environment.safeParse(given)
  const misfits = (result.error?.issues ?? []).map((issue) => ({
    file: 'environment',
    at: issue.path.map(String).join('.'),
    found: 'a value that does not fit',
    expected: expectationOf(issue),
  }))
  return { environment: result.data, problems: [...misfits, ...findContradictions(given)] }
}

/** One without the other would fail later, at three in the morning. */
const NEEDS: readonly (readonly [name: string, other: string, unless?: string])[] = [
  ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'],
  ['SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN', 'SLACK_CLIENT_ID'],
  ['SLACK_SIGNING_SECRET', 'SLACK_BOT_TOKEN', 'SLACK_CLIENT_ID'],
  ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET'],
  ['SLACK_CLIENT_ID', 'SLACK_TOKEN_KEY'],
  ['SLACK_CLIENT_ID', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'],
  ['SLACK_CLIENT_SECRET', 'SLACK_CLIENT_ID'],
  ['MicrosoftAppId', 'MicrosoftAppTenantId'],
  ['MicrosoftAppPassword', 'MicrosoftAppId'],
  ['MicrosoftAppTenantId', 'MicrosoftAppId', 'TEAMS_INSECURE_LOCAL'],
  ['ARGOCD_SERVER', 'ARGOCD_AUTH_TOKEN'],
  ['ARGOCD_AUTH_TOKEN', 'ARGOCD_SERVER'],
  ['PAGERDUTY_API_TOKEN', 'PAGERDUTY_FROM'],
  ['DATABASE_ADMIN_URL', 'DATABASE_URL'],
]

function findContradictions(given: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  const found: { readonly at: string; readonly found: string; readonly expected: string }[] = []
  for (const [name, other, unless] of NEEDS) {
    if (given[name] === undefined || given[other] !== undefined) continue
    if (unless !== undefined && given[unless] !== undefined) continue
    found.push({ at: other, found: 'nothing', expected: `a value, since ${name} is set` })
  }
  if (given['COUNTERSIGN_AUDIT_KEY'] !== undefined && given['COUNTERSIGN_AUDIT_KEY_PEM'] !== undefined) {
    const expected = 'either the path COUNTERSIGN_AUDIT_KEY or the content COUNTERSIGN_AUDIT_KEY_PEM'
    found.push({ at: 'COUNTERSIGN_AUDIT_KEY', found: 'both ways to name the audit key', expected })
  }
  found.push(...findSlackMistakes(given), ...findTeamsMistakes(given))
  const argocd = findArgoCdMistake(given)
  if (argocd !== undefined) found.push(argocd)
  return found.map((problem) => ({ file: 'environment', ...problem }))
}

function findArgoCdMistake(given: Readonly<Record<string, string | undefined>>) {
  const { ARGOCD_SERVER: server, ARGOCD_INSECURE: insecure } = given
  if (server === undefined) return undefined
  const address = parseServerAddress(server, insecure === '1' || insecure === 'true')
  return 'problem' in address ? { at: 'ARGOCD_SERVER', found: address.problem, expected: address.expected } : undefined
}
