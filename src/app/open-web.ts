import { createHash } from 'node:crypto'
import { buildConversation } from './build-conversation.ts'
import { createSessions } from '../adapters/console/sessions.ts'
import { isSameSecret } from '../adapters/http/secrets.ts'
import { mountApi } from '../adapters/api/mount-api.ts'
import { mountConsole } from '../adapters/console/console-routes.ts'
import { mountOperations } from './mount-operations.ts'
import { mountWebhooks } from '../adapters/webhooks/mount-webhooks.ts'
import { openHttpServer } from '../adapters/http/open-http-server.ts'
import { redactAnswers } from './redact-answers.ts'
import { recordRefusal } from '../orchestrator/record-refusal.ts'
import { webhookSources } from '../adapters/webhooks/webhook-sources.ts'
import { visitorOf } from '../adapters/console/console-session.ts'
import type { AuditKeeper } from '../orchestrator/keep-audit.ts'
import type { CardPreviews } from '../adapters/console/preview/card-previews.ts'
import type { Config } from '../config/config.ts'
import type { ConsoleSettings, SignIn } from '../adapters/console/console-settings.ts'
import type { Foundation } from './build-deps.ts'
import type { HttpServer } from '../adapters/http/open-http-server.ts'
import type { Origin } from '../domain/surface.ts'
import type { MetricsRegistry } from '../telemetry/metrics.ts'
import type { Slack } from '../adapters/slack/open-slack.ts'
import type { Teams } from '../adapters/teams/open-teams.ts'

export interface WebNeeds {
  readonly config: Config
  readonly foundation: Foundation
  readonly metrics: MetricsRegistry
  readonly audit: AuditKeeper | null
  readonly slack: Slack | null
  readonly teams: Teams | null
  /** The demo lets one pick whom to be; undefined asks for the API token. */
  readonly signIn: SignIn | undefined
  /** Of cards, for whoever works on them; null in `serve`. */
  readonly previews?: CardPreviews | null
}

/** The one HTTP server with every way in mounted on it; it does not listen yet. */
export function openWeb(needs: WebNeeds): HttpServer {
  const { config, foundation, metrics } = needs
  const { deps } = foundation
  const server = openHttpServer({
    host: config.environment.HOST,
    port: config.environment.PORT,
    trustedProxies: config.settings.server.trustedProxies,
    log: deps.log,
    telemetry: metrics,
    bodyLimitBytes: config.settings.intake.maxBody,
    redact: redactAnswers(foundation.secrets),
    onRefused: (refusal) => recordRefusal(deps, { ...refusal, origin: originOf(refusal.source) }),
  })
  const consoleSettings = consoleSettingsOf(needs)
  mountOperations(server, foundation, metrics, needs.audit)
  mountConsole(server, consoleSettings)
  mountApi(server, {
    deps,
    token: config.environment.COUNTERSIGN_API_TOKEN ?? null,
    readerOfSession: (head) => visitorOf(consoleSettings, head)?.reader,
  })
  const secrets = {
    tokens: config.environment.COUNTERSIGN_WEBHOOK_TOKEN,
    githubSecrets: config.environment.GITHUB_WEBHOOK_SECRET,
  }
  mountWebhooks(server, deps, webhookSources(secrets, deps.catalog, deps.clock))
  needs.slack?.mount(server)
  needs.teams?.mount(server)
  return server
}

const OWN_ORIGINS = ['slack', 'teams', 'console', 'api'] as const

function originOf(source: string): Origin {
  return OWN_ORIGINS.find((origin) => origin === source) ?? 'webhook'
}

/**
 * Sessions are signed with a key made from the API token, so that they hold on every replica and end when the token
 * changes; the demo, which has one process and no token, takes a key of the moment.
 */
function consoleSettingsOf({ config, foundation, signIn, previews }: WebNeeds): ConsoleSettings {
  const { deps, signals } = foundation
  const token = config.environment.COUNTERSIGN_API_TOKEN
  const key =
    token === undefined || signIn?.kind === 'pick'
      ? deps.randomBytes(32)
      : createHash('sha256').update(`countersign console ${token}`).digest()
  const ways: SignIn =
    token === undefined ? { kind: 'closed' } : { kind: 'token', isToken: (given) => isSameSecret(given, token) }
  return {
    deps,
    conversation: buildConversation(deps),
    signals,
    signIn: signIn ?? ways,
    previews: previews ?? undefined,
    sessions: createSessions({
      key,
      isSecure: config.settings.server.publicUrl?.startsWith('https:') ?? false,
      randomBytes: deps.randomBytes,
      nowMs: () => deps.clock.now().getTime(),
    }),
  }
}
