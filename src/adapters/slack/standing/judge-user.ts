import { z } from 'zod'
import type { AccountStanding } from '../../../ports/account-standing.ts'
import type { SlackHome } from '../homes/slack-homes.ts'

const flag = z.boolean().nullish()

/** What `users.info` says of an account, with only what decides. Names and addresses are not even read. */
export const SlackUser = z.object({
  id: z.string().min(1),
  team_id: z.string().min(1),
  deleted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  /** Only on accounts of an organisation (Enterprise Grid). */
  enterprise_user: z.object({ enterprise_id: z.string().min(1), teams: z.array(z.string()).default([]) }).nullish(),
})
export type SlackUser = z.infer<typeof SlackUser>

/** Slack's own account in every workspace; it is not marked as a bot. */
const SLACKBOT = 'USLACKBOT'

/** Whether an account is a full member of the home that was asked (TRUST T13); the worst that holds is what is said. */
export function judgeUser(user: SlackUser, home: Pick<SlackHome, 'id' | 'isOrganisation'>): AccountStanding {
  if (user.deleted === true) return { kind: 'refused', fault: 'deactivated' }
  if (user.is_bot === true || user.is_workflow_bot === true || user.id === SLACKBOT) {
    return { kind: 'refused', fault: 'bot' }
  }
  if (user.is_stranger === true || !belongsTo(user, home)) return { kind: 'refused', fault: 'external' }
  if (user.is_restricted === true || user.is_ultra_restricted === true) return { kind: 'refused', fault: 'guest' }
  return { kind: 'member' }
}

/** People of an organisation belong to several workspaces, of which Slack names one as their team. */
function belongsTo({ team_id: team, enterprise_user: own }: SlackUser, home: Pick<SlackHome, 'id' | 'isOrganisation'>) {
  if (team === home.id) return true
  return home.isOrganisation ? own?.enterprise_id === home.id : own?.teams.includes(home.id) === true
}
