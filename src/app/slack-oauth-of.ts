import { keepInstallations } from '../orchestrator/keep-installations.ts'
import type { Config } from '../config/config.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { Installations } from '../orchestrator/keep-installations.ts'
import type { SlackOAuth } from '../adapters/slack/install/slack-oauth.ts'

export type SlackPeople = Pick<Deps['directory'], 'list'>

/** What OAuth needs, when the environment has a client id; who may install follows from who may speak. */
export function slackOAuthOf(
  config: Config,
  directory: SlackPeople,
  installations: Installations,
): SlackOAuth | undefined {
  const {
    SLACK_CLIENT_ID: clientId,
    SLACK_CLIENT_SECRET: clientSecret,
    SLACK_TOKEN_KEY: tokenKeys,
  } = config.environment
  const { publicUrl } = config.settings.server
  // The configuration was refused before, when only some of them were there.
  if (clientId === undefined || clientSecret === undefined || publicUrl === undefined) return undefined
  const { slack } = config.settings
  const teams = new Map((slack?.routes ?? []).map(({ channel, team }) => [channel, team ?? null]))
  return {
    clientId,
    clientSecret,
    tokenKeys,
    publicUrl: publicUrl.replace(/\/+$/, ''),
    teamOfChannel: (channel) => teams.get(channel) ?? null,
    teamOfUser: (user) => directory.list().find((person) => person.slack?.user === user)?.slack?.team ?? null,
    defaultTeam: slack?.team ?? null,
    mayInstall: (id) =>
      slack?.team === id ||
      slack?.workspaces.includes(id) === true ||
      [...teams.values()].includes(id) ||
      directory.list().some((person) => person.slack?.team === id),
    installations,
  }
}

/** Inside the service, where each change of a token is on the record. */
export function slackOAuthIn(config: Config, deps: Deps): SlackOAuth | undefined {
  return slackOAuthOf(config, deps.directory, keepInstallations(deps))
}
