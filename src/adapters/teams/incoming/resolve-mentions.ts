import type { Activity } from './schema.ts'
import type { TeamsApi } from '../outgoing/teams-api.ts'

const MOST_ASKED = 5
const TIMEOUT_MS = 2_500

/**
 * Teams names who is mentioned by an id of the conversation, not by the account that people.yaml knows: the conversation
 * is asked. Who cannot be found stays as they are, and is refused by name.
 */
export async function resolveMentions(api: Pick<TeamsApi, 'getMember'>, activity: Activity): Promise<Activity> {
  const entities = activity.entities ?? []
  const unknown = entities.filter((entity) => isUnknownPerson(activity, entity)).slice(0, MOST_ASKED)
  if (activity.type !== 'message' || unknown.length === 0) return activity
  const accounts = new Map<string, string>()
  await Promise.all(
    unknown.map(async ({ mentioned }) => {
      const id = mentioned?.id ?? ''
      const account = await accountOf(api, activity, id)
      if (account !== null) accounts.set(id, account)
    }),
  )
  return { ...activity, entities: entities.map((entity) => withAccount(entity, accounts)) }
}

type Entity = NonNullable<Activity['entities']>[number]

function isUnknownPerson({ recipient }: Activity, { type, mentioned }: Entity): boolean {
  return type === 'mention' && mentioned != null && mentioned.id !== recipient.id && mentioned.aadObjectId == null
}

async function accountOf(
  api: Pick<TeamsApi, 'getMember'>,
  { serviceUrl, conversation }: Activity,
  member: string,
): Promise<string | null> {
  try {
    const found = await api.getMember(serviceUrl, conversation.id, member, AbortSignal.timeout(TIMEOUT_MS))
    return found.account
  } catch {
    // Whatever kept it from being asked: the mention stays without an account, and is then refused by name.
    return null
  }
}

function withAccount(entity: Entity, accounts: ReadonlyMap<string, string>): Entity {
  const account = accounts.get(entity.mentioned?.id ?? '')
  if (account === undefined || entity.mentioned == null) return entity
  return { ...entity, mentioned: { ...entity.mentioned, aadObjectId: account } }
}
