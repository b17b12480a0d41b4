import type { AppError } from '../../kernel/errors.ts'
import { NotFoundError, RefusedError, StaleError } from '../../kernel/errors.ts'
import { INSTALLATION, strangerPrincipal } from '../authorization-subjects.ts'
import { VERB_HANDLERS } from './verb-handlers.ts'
import { parseVerb } from './parse-verb.ts'
import { refusal } from './replies.ts'
import { requireAuthorized } from '../require-authorized.ts'
import { requireStanding } from './require-standing.ts'
import { withRequest } from '../with-request.ts'
import type { Account, Person } from '../../domain/person.ts'
import type { AuthorizedAction } from '../../domain/verb.ts'
import type { ConversationPlace, Reply, Utterance } from './conversation.ts'
import type { Deps } from '../dependencies.ts'

/**
 * One line of chat, from any surface: parsed by the one grammar, tied to a person by immutable ids, authorized, done,
 * and answered in the same words everywhere. What is refused comes back as an answer to the asker; what breaks is
 * thrown to the surface, which says so and logs it.
 */
export async function handleUtterance(given: Deps, utterance: Utterance): Promise<Reply> {
  const deps = withRequest(given, utterance)
  return answered(deps, utterance, async () => {
    const request = parseVerb(utterance.text)
    const person = await requirePerson(deps, utterance, request.verb)
    return VERB_HANDLERS[request.verb](deps, { request, person, place: utterance })
  })
}

/** Names shown in chat decide nothing: an account that the directory does not know is a stranger, and on record as one. */
export async function requirePerson(deps: Deps, place: ConversationPlace, action: AuthorizedAction): Promise<Person> {
  const person = deps.directory.findByAccount(place.account)
  if (person !== undefined) {
    await requireStanding(deps, place, person, action)
    return person
  }
  await requireAuthorized(deps, {
    principal: strangerPrincipal(idOf(place.account)),
    action,
    resource: INSTALLATION,
    origin: place.surface,
  }).catch((error: unknown) => {
    if (!(error instanceof RefusedError)) throw error
  })
  const account = `${place.account.tenant}/${place.account.user}`
  throw new RefusedError(
    'unknown_account',
    `Your account ${account} is not in people.yaml, so nothing you say counts here. Ask an admin to add it.`,
  )
}

function idOf(account: Account): string {
  return `${account.surface}:${account.tenant}/${account.user}`
}

export async function answered(deps: Deps, place: ConversationPlace, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (!isForTheAsker(error)) throw error
    deps.log.info({ surface: place.surface, account: idOf(place.account), code: error.code }, 'request refused')
    return refusal(error.code, error.message)
  }
}

/** What the asker can do something about; the rest is ours. */
function isForTheAsker(error: unknown): error is AppError {
  return error instanceof RefusedError || error instanceof NotFoundError || error instanceof StaleError
}
