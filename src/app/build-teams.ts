import { buildConversation } from './build-conversation.ts'
import { readHome } from '../orchestrator/read/read-home.ts'
import { recordKnownRefusal } from '../orchestrator/record-refusal.ts'
import type { Config } from '../config/config.ts'
import type { Environment } from '../config/environment.ts'
import type { Foundation } from './build-deps.ts'
import type { Teams, TeamsParts } from '../adapters/teams/open-teams.ts'
import type { TeamsSettings } from '../adapters/teams/teams-settings.ts'

/** Teams, when it is configured, and what comes in from it done by the orchestrator. */
export async function buildTeams(config: Config, { deps, standings, redact }: Foundation): Promise<Teams | null> {
  const teams = await teamsOf(config, {
    ...buildConversation(deps),
    home: (account) => readHome(deps, account),
    deliveries: deps.stores.deliveries,
    conversations: deps.stores.teamsConversations,
    recordRefusal: (reason) => recordKnownRefusal(deps, { source: 'teams', reason, origin: 'teams' }),
    log: deps.log,
    telemetry: deps.telemetry,
    clock: deps.clock,
    redact,
  })
  if (teams !== null) standings.register('teams', teams.standings)
  return teams
}

/** Its SDK is loaded only where it is configured. */
export async function teamsOf(config: Config, parts: Omit<TeamsParts, 'settings'>): Promise<Teams | null> {
  const settings = teamsSettingsOf(config.environment)
  if (settings === null) return null
  const { openTeams } = await import('../adapters/teams/open-teams.ts')
  return openTeams({ settings, ...parts })
}

/** Null without an app id, unless this machine alone is to speak. */
export function teamsSettingsOf(environment: Environment): TeamsSettings | null {
  const appId = environment.MicrosoftAppId ?? null
  const isInsecureLocal = environment.TEAMS_INSECURE_LOCAL
  if (appId === null && !isInsecureLocal) return null
  return {
    appId,
    appPassword: environment.MicrosoftAppPassword ?? null,
    tenantId: environment.MicrosoftAppTenantId ?? null,
    appType: environment.MicrosoftAppType,
    isInsecureLocal,
  }
}
