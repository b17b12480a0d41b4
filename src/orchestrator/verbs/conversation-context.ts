import type { ConversationPlace } from './conversation.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Reader } from '../read/reader.ts'
import type { Reply } from './conversation.ts'
import type { VerbRequest } from './parse-verb.ts'

/** One request of one known person. */
export interface VerbCall {
  readonly request: VerbRequest
  readonly person: Person
  /** A button says besides which proposal its card showed. */
  readonly place: ConversationPlace & { readonly incidentId?: string | null; readonly proposalId?: string | null }
}

export type VerbHandler = (deps: Deps, call: VerbCall) => Promise<Reply>

export function readerOf(call: VerbCall): Reader {
  return { type: 'person', person: call.person, origin: call.place.surface }
}
