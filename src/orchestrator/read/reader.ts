import { INSTALLATION, personPrincipal, servicePrincipal, strangerPrincipal } from '../authorization-subjects.ts'
import { requireAuthorized } from '../require-authorized.ts'
import type { AuthorizedAction } from '../../domain/verb.ts'
import type { Deps } from '../dependencies.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Person } from '../../domain/person.ts'
import type { Principal } from '../../domain/authorization.ts'

/**
 * Who reads: a person, the holder of the installation's API token, or somebody with an account that the directory
 * does not know.
 */
export type Reader =
  | { readonly type: 'person'; readonly person: Person; readonly origin: Origin }
  | { readonly type: 'token'; readonly origin: Origin }
  | { readonly type: 'stranger'; readonly account: string; readonly origin: Origin }

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
  await requireAuthorized(deps, {
    principal: principalOf(reader),
    action,
    resource: INSTALLATION,
    origin: reader.origin,
    ...(reader.type === 'person' ? { name: reader.person.name } : {}),
  })
}
