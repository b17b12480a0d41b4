import type { TeamsMessage } from '../render/render-card.ts'
import type { TeamsRoad } from './teams-road.ts'

export interface PrivateReader {
  readonly tenant: string
  /** aadObjectId. */
  readonly user: string
  /** As a conversation with them names them; null when only the account is known. */
  readonly member: string | null
}

/** To one person in their own chat with the app, which is opened when there is none yet and they have the app. */
export async function tellInPrivate(
  { api, places }: TeamsRoad,
  { tenant, user, member }: PrivateReader,
  message: TeamsMessage,
  signal: AbortSignal,
): Promise<void> {
  const known = await places.findPersonal(tenant, user)
  if (known !== undefined) {
    await api.send(known.serviceUrl, known.id, message, signal)
    return
  }
  const serviceUrl = await places.serviceUrlFor(tenant)
  const place = { kind: 'person', member: member ?? user } as const
  const { id } = await api.create(serviceUrl, { bot: places.bot, tenant, in: place }, signal)
  const reference = { bot: places.bot, team: null, member }
  await places.remember({ id, tenant, kind: 'personal', personAccount: user, serviceUrl, reference })
  await api.send(serviceUrl, id, message, signal)
}
