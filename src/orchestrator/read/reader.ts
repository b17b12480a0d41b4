import { INSTALLATION, personPrincipal, servicePrincipal, strangerPrincipal } from '../authorization-subjects.ts'
import { humanActor, sourceActor } from '../../domain/actor.ts'
import { requireAuthorized } from '../require-authorized.ts'
import type { Actor } from '../../domain/actor.ts'
import type { AuthorizedAction } from '../../domain/verb.ts'
import type { Deps } from '../dependencies.ts'
import type { NotedRead } from './open-read-log.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Person } from '../../domain/person.ts'
import type { Principal } from '../../domain/authorization.ts'
import { withSourceIp } from '../with-source-ip.ts'

/**
 * Who reads: a person, the holder of the installation's API token, or somebody with an account that the directory
 * does not know.
 */
export type Reader = (
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'token' }
  | { readonly type: 'stranger'; readonly account: string }
) & {
  readonly origin: Origin
  /** Where the request came from that reads, where it is one of HTTP. */
  readonly sourceIp?: string | undefined
}

/** The token of `/api/v1` as a principal: policies let it read and nothing else. */
const API_TOKEN_PRINCIPAL = 'api'

function principalOf(reader: Reader): Principal {
  switch (reader.type) {
    case 'person':
      return personPrincipal(reader.person)
    case 'token':
      return servicePrincipal(API_TOKEN_PRINCIPAL)
    case 'stranger':
      return strangerPrincipal(reader.account)
  }
}

/** Every read passes the one authorization point as well. */
export async function requireReading(deps: Deps, reader: Reader, action: AuthorizedAction = 'read'): Promise<void> {
  await requireAuthorized(withSourceIp(deps, reader.sourceIp), {
    principal: principalOf(reader),
    action,
    resource: INSTALLATION,
    origin: reader.origin,
    ...(reader.type === 'person' ? { name: reader.person.name } : {}),
  })
}

/** What was read of the record goes on the audit log: no read waits for that, and none fails because of it. */
export async function noteReading(deps: Deps, reader: Reader, what: ReadObject): Promise<void> {
  const { event = 'record.read', object, incidentId, numbers } = what
  const { origin, sourceIp } = reader
  await deps.reads.note({
    ...{ event, object, incidentId, actor: actorOf(reader), origin, seal: deps.seal },
    ...(numbers === undefined ? {} : { numbers }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
  })
}

export type ReadObject = Pick<NotedRead, 'object' | 'incidentId' | 'numbers'> & Partial<Pick<NotedRead, 'event'>>

/** All that a list shows of incidents is one object. */
export const LIST_OF_INCIDENTS: ReadObject = { object: 'incidents', incidentId: null }

function actorOf(reader: Reader): Actor {
  switch (reader.type) {
    case 'person':
      return humanActor(reader.person)
    case 'token':
      return sourceActor('api-token')
    case 'stranger':
      return sourceActor(reader.account)
  }
}
