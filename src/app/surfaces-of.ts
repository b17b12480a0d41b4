import { teamsSettingsOf } from './build-teams.ts'
import type { Config } from '../config/config.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** The chat surfaces that this installation speaks on. */
export function surfacesOf({ environment }: Config): readonly SurfaceName[] {
  const hasSlack = environment.SLACK_BOT_TOKEN !== undefined || environment.SLACK_CLIENT_ID !== undefined
  return [
    ...(hasSlack ? (['slack'] as const) : []),
    ...(teamsSettingsOf(environment) === null ? [] : (['teams'] as const)),
  ]
}
