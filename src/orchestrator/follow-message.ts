import { accountId, authorName, keptText } from './messages/chat-words.ts'
import { humanActor, sourceActor } from '../domain/actor.ts'
import { incidentResource, personPrincipal } from './authorization-subjects.ts'
import { tellOfIncident } from './incident-moves.ts'
import type { Account, Person } from '../domain/person.ts'
import type { Actor } from '../domain/actor.ts'
import type { CapturedMessage, MessagePlace } from '../ports/captured-message-store.ts'
import type { Deps } from './dependencies.ts'
import type { Stores } from '../ports/stores.ts'

/** What a surface tells of a message some time after it was said. */
export type MessageChange =
  | { readonly kind: 'edited'; readonly place: MessagePlace; readonly text: string; readonly by: Account | null }
  | { readonly kind: 'deleted'; readonly place: MessagePlace }
  /** Somebody took their pin off it. */
  | { readonly kind: 'unpinned'; readonly place: MessagePlace; readonly by: Account }

/**
 * A captured message is followed: what it said first stays, and the timeline tells what it says now, or that it is
 * gone. Nobody asks for that, so nobody is answered; messages that are on no timeline are none of ours.
 */
export async function followMessage(deps: Deps, change: MessageChange): Promise<void> {
  const known = await deps.stores.capturedMessages.find(change.place)
  if (known === undefined) return
  await deps.unitOfWork.run(async (stores) => {
    switch (change.kind) {
      case 'edited': {
        const edited = await stores.capturedMessages.edit(change.place, keptText(deps, change.text))
        if (edited === undefined) return
        const text = `message edited (${authorOf(deps, edited)}): “${edited.edited ?? ''}”`
        await tell(deps, stores, edited, { actor: actorOf(deps, change.by), event: 'message.edited', text })
        return
      }
      case 'deleted': {
        const gone = await stores.capturedMessages.remove(change.place)
        if (gone === undefined) return
        const text = `message deleted (${authorOf(deps, gone)}); what it said stays above`
        await tell(deps, stores, gone, { actor: sourceActor(change.place.surface), event: 'message.deleted', text })
        return
      }
      case 'unpinned': {
        const person = deps.directory.findByAccount(change.by)
        if (person === undefined || !(await mayNote(deps, stores, person, known))) return
        const text = `${person.name} takes a pin off a message (${authorOf(deps, known)}); it stays on the timeline`
        await tell(deps, stores, known, { actor: humanActor(person), event: 'message.unpinned', text })
      }
    }
  })
}

async function mayNote(deps: Deps, stores: Stores, person: Person, { incidentId }: CapturedMessage): Promise<boolean> {
  const incident = await stores.incidents.find(incidentId)
  if (incident === undefined) return false
  const verdict = deps.authorize({
    principal: personPrincipal(person),
    action: 'note',
    resource: incidentResource(deps.catalog, incident),
    context: { mode: deps.settings.mode },
  })
  return verdict.verdict === 'allow'
}

interface Telling {
  readonly actor: Actor
  readonly event: string
  readonly text: string
}

async function tell(deps: Deps, stores: Stores, captured: CapturedMessage, telling: Telling): Promise<void> {
  const incident = await stores.incidents.find(captured.incidentId)
  if (incident === undefined) return
  const { surface, channel, message, author, original, edited } = captured
  const details = { surface, channel, message, author, original, edited }
  await tellOfIncident(deps, stores, incident, { ...telling, origin: surface, details })
}

function actorOf(deps: Deps, account: Account | null): Actor {
  const person = account === null ? undefined : deps.directory.findByAccount(account)
  if (person !== undefined) return humanActor(person)
  return account === null ? sourceActor('bot') : sourceActor(`${account.surface}:${accountId(account)}`)
}

/** The row holds the ids of the author's account; the name is looked up when it is told. */
function authorOf(deps: Deps, { author, surface }: CapturedMessage): string {
  const [tenant, user] = author.split('/')
  if (tenant === undefined || user === undefined) return author === 'bot' ? 'a bot' : 'author unknown'
  return authorName(deps, { surface, tenant, user, displayName: user })
}
