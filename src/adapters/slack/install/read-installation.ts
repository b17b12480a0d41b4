import { AppError } from '../../../kernel/errors.ts'
import { z } from 'zod'

/** Said to whoever installs; `code` is stable. */
export class InstallRefusedError extends AppError {
  constructor(code: string, message: string) {
    super(code, message, false)
  }
}

const named = z.object({ id: z.string().min(1).max(64), name: z.string().max(500).nullish() })
/** What Slack's library makes of the answer to `oauth.v2.access`, with only what is kept. */
const OAuthInstallation = z.object({
  isEnterpriseInstall: z.boolean().nullish(),
  team: named.nullish(),
  enterprise: named.nullish(),
  appId: z.string().max(64).nullish(),
  user: z.object({ id: z.string().max(64) }),
  bot: z
    .object({ token: z.string().startsWith('xoxb-'), userId: z.string().max(64), refreshToken: z.string().nullish() })
    .nullish(),
})

export interface NewInstallation {
  readonly id: string
  readonly isOrganisation: boolean
  readonly name: string | null
  readonly appId: string | null
  readonly botUserId: string
  readonly installedBy: string
  /** Goes into the sealer and nowhere else. */
  readonly token: string
}

/** Keyed by the organisation when it was installed for the whole of it, else by the workspace. */
export function readInstallation(installation: unknown): NewInstallation {
  const { data } = OAuthInstallation.safeParse(installation)
  const isOrganisation = data?.isEnterpriseInstall === true
  const home = isOrganisation ? data.enterprise : data?.team
  if (data?.bot == null || home == null) {
    throw new InstallRefusedError('no_bot_token', 'Slack gave no bot token. Create the app from our manifest.')
  }
  if (data.bot.refreshToken != null) {
    throw new InstallRefusedError(
      'token_rotation',
      'This app has token rotation switched on. Switch it off (the manifest does), and install again.',
    )
  }
  return {
    id: home.id,
    isOrganisation,
    name: home.name ?? null,
    appId: data.appId ?? null,
    botUserId: data.bot.userId,
    installedBy: data.user.id,
    token: data.bot.token,
  }
}
