import type { Account, Person } from '../domain/person.ts'
import type { Service } from '../domain/service-catalog.ts'

/** The one list of who a chat account is. Asked anew for every decision: no answer is kept. */
export interface Directory {
  findById(personId: string): Person | undefined
  findByAccount(account: Account): Person | undefined
  list(): readonly Person[]
}

/** Who is on call for a service now; empty when nobody knows. */
export interface OnCall {
  listOnCall(
    service: Service,
    signal: AbortSignal,
  ): Promise<readonly { readonly name: string; readonly email: string | null }[]>
}
