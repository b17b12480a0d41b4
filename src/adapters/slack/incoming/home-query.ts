import { z } from 'zod'
import type { HomeQuery } from '../homes/slack-homes.ts'

const id = z.string().min(1).max(64).nullish().catch(null)
const org = z.object({ id }).nullish().catch(null)
const flag = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === 'true')

/** The fields by which Slack says through which installation a request came; of a command, a press, a form or an event. */
const HomeFields = z.object({
  team_id: id,
  enterprise_id: id,
  team: org,
  enterprise: org,
  is_enterprise_install: flag,
  view: z.object({ app_installed_team_id: id }).nullish().catch(null),
  authorizations: z
    .array(z.object({ team_id: id, enterprise_id: id, is_enterprise_install: flag }))
    .nullish()
    .catch(null),
})

/**
 * The installation that a request belongs to. In a channel shared with another company the event's own team may be
 * theirs: what it is authorized for comes first. Forms of an organisation's app name the workspace of the installation.
 */
export function readHomeQuery(body: unknown): HomeQuery {
  const fields = HomeFields.safeParse(body)
  if (!fields.success) return { team: null, enterprise: null, isOrganisation: false }
  const { data } = fields
  const authorization = data.authorizations?.[0]
  const teams = [authorization?.team_id, data.view?.app_installed_team_id, data.team?.id, data.team_id]
  const enterprises = [authorization?.enterprise_id, data.enterprise?.id, data.enterprise_id]
  return {
    team: firstOf(teams),
    enterprise: firstOf(enterprises),
    isOrganisation: authorization?.is_enterprise_install ?? data.is_enterprise_install,
  }
}

function firstOf(candidates: readonly (string | null | undefined)[]): string | null {
  return candidates.find((candidate) => candidate != null) ?? null
}
