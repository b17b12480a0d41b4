import { z } from 'zod'
import type { SlackApi } from '../outgoing/slack-api.ts'
import type { SlackHome, SlackHomes } from './slack-homes.ts'

const Identity = z.object({
  team_id: z.string().min(1).nullish(),
  enterprise_id: z.string().min(1).nullish(),
  is_enterprise_install: z.boolean().nullish(),
})
const TIMEOUT_MS = 3_000

/** The one home of `SLACK_BOT_TOKEN`. Slack is asked once which it is; a question that failed is asked again. */
export function tokenHome(api: SlackApi): SlackHomes {
  let known: Promise<readonly SlackHome[]> | undefined
  return {
    list: () => {
      known ??= askWhere(api).catch((error: unknown) => {
        known = undefined
        throw error
      })
      return known
    },
    // Whatever this app's secret has signed is this installation's.
    find: async () => ({ api }),
  }
}

async function askWhere(api: SlackApi): Promise<readonly SlackHome[]> {
  const identity = await api.call('auth.test', {}, Identity, AbortSignal.timeout(TIMEOUT_MS))
  const isOrganisation = identity.is_enterprise_install === true
  const id = isOrganisation ? identity.enterprise_id : identity.team_id
  return [{ id: id ?? '', isOrganisation, api }]
}
