import { AppError } from '../../kernel/errors.ts'
import type { TeamsApi } from './outgoing/teams-api.ts'
import type { TeamsPlaces } from './outgoing/teams-places.ts'
import type { TeamsSettings } from './teams-settings.ts'

/** What `doctor` prints of one thing. `remedy` is empty when nothing needs doing. */
export interface TeamsFinding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy: string
}

export interface TeamsToCheck {
  readonly settings: TeamsSettings
  readonly api: Pick<TeamsApi, 'getMember'>
  readonly places: Pick<TeamsPlaces, 'placeOf' | 'bot'>
  readonly channels: readonly string[]
}

const TIMEOUT_MS = 10_000
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Asks each channel for a member who cannot be there: the answer shows whether our token counts and we are installed. */
export async function checkTeams(check: TeamsToCheck): Promise<readonly TeamsFinding[]> {
  const { settings, channels } = check
  const app = {
    name: 'Teams app',
    ok: true,
    detail:
      settings.appId === null
        ? 'none: open to this machine only (TEAMS_INSECURE_LOCAL)'
        : `${settings.appType} ${settings.appId}`,
    remedy: '',
  }
  const found = await Promise.all([...new Set(channels)].map((channel) => checkChannel(check, channel)))
  return [app, ...found]
}

async function checkChannel({ api, places }: TeamsToCheck, channel: string): Promise<TeamsFinding> {
  const name = `Teams channel ${channel}`
  const fine = { name, ok: true, detail: 'the app can speak there', remedy: '' }
  try {
    const { serviceUrl } = await places.placeOf(channel)
    await api.getMember(serviceUrl, channel, NOBODY, AbortSignal.timeout(TIMEOUT_MS))
    return fine
  } catch (error) {
    const code = error instanceof AppError && 'vendorCode' in error ? error.vendorCode : undefined
    // The member is not there, and that was said to us: we are.
    if (code === 'member_not_found') return fine
    const detail = error instanceof AppError ? error.message : String(error)
    return { name, ok: false, detail, remedy: 'Install the app in the team of this channel; see docs/teams.md.' }
  }
}
