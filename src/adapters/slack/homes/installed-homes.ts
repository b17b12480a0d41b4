import type { Clock } from '../../../kernel/clock.ts'
import type { HomeQuery, SlackHome, SlackHomes } from './slack-homes.ts'
import type { Installations } from '../../../orchestrator/index.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { SealedInstallation } from '../../../ports/installation-store.ts'
import type { SlackApi } from '../outgoing/slack-api.ts'
import type { TokenSealer } from '../install/token-sealer.ts'

export interface InstalledHomes extends SlackHomes {
  /** What is known is read again with the next question. */
  forget(): void
}

export interface InstalledHomesParts {
  readonly installations: Installations
  readonly sealer: TokenSealer
  readonly apiOf: (token: string) => SlackApi
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

/** How long another replica's change may go unseen; a workspace that is not known is looked for at once. */
const FRESH_MS = 10_000

/** The homes of all installations. Tokens are opened in memory only, and those under an old key are sealed anew. */
export function installedHomes(parts: InstalledHomesParts): InstalledHomes {
  let known: { readonly homes: Promise<readonly SlackHome[]>; readonly atMs: number } | undefined
  const opened = new Map<string, SlackHome>()
  const read = async () => {
    const installations = await parts.installations.list()
    const homes = await Promise.all(installations.map((installation) => openHome(parts, opened, installation)))
    return homes.filter((home) => home !== undefined)
  }
  const load = (): Promise<readonly SlackHome[]> => {
    const atMs = parts.clock.monotonicMs()
    const homes = read()
    const reading = { homes, atMs }
    known = reading
    homes.catch(() => {
      if (known === reading) known = undefined
    })
    return homes
  }
  const list = () => (known !== undefined && parts.clock.monotonicMs() - known.atMs < FRESH_MS ? known.homes : load())
  return {
    list,
    find: async (query) => homeOf(await list(), query) ?? homeOf(await load(), query),
    forget: () => {
      known = undefined
    },
  }
}

/** An organisation-wide installation by its organisation, any other by its workspace; some payloads name no workspace. */
function homeOf(homes: readonly SlackHome[], { team, enterprise, isOrganisation }: HomeQuery): SlackHome | undefined {
  const own = isOrganisation ? undefined : homes.find((home) => !home.isOrganisation && home.id === team)
  return own ?? homes.find((home) => home.isOrganisation && home.id === enterprise)
}

async function openHome(
  { installations, sealer, apiOf, log }: InstalledHomesParts,
  opened: Map<string, SlackHome>,
  installation: SealedInstallation,
): Promise<SlackHome | undefined> {
  const { id, isOrganisation, keyId, sealed } = installation
  const key = `${id} ${Buffer.from(sealed).toString('base64')}`
  const before = opened.get(key)
  if (before !== undefined) return before
  const token = sealer.open(id, installation)
  if (token === undefined) {
    log.error({ installation: id, keyId }, 'no key in SLACK_TOKEN_KEY opens this token; add its key or install again')
    return undefined
  }
  if (keyId !== sealer.keyId) await installations.reseal({ id, ...sealer.seal(id, token) }, keyId)
  const home = { id, isOrganisation, api: apiOf(token) }
  opened.set(key, home)
  return home
}
