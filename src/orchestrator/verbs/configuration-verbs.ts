import { RefusedError } from '../../kernel/errors.ts'
import { answer, refusal } from './replies.ts'
import { decideChange } from '../configuration/decide-change.ts'
import { describeClosed } from '../configuration/describe-closed.ts'
import { readChange } from '../read/read-configuration.ts'
import { readerOf } from './conversation-context.ts'
import type { ConfigurationDecided } from '../configuration/decide-change.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Press, Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

const CHANGE_ID = /^cfg-\d{1,12}$/i

/** `CFG-3`; null for anything else. */
export function changeIdOf(word: string | undefined | null): string | null {
  return word != null && CHANGE_ID.test(word) ? word.toUpperCase() : null
}

/** `approve CFG-3 [<first 8 of its digest>]`: without the digest the lines are shown, and nothing counts. */
export async function approveChangeVerb(deps: Deps, call: VerbCall, changeId: string): Promise<Reply> {
  const digest = call.request.words[1] ?? null
  if (digest === null) return showChange(deps, call, changeId)
  return replyOf(
    await decideChange(deps, {
      ...{ changeId, digest, decision: 'approve', reason: null },
      ...{ personId: call.person.id, origin: call.place.surface },
    }),
  )
}

/** `reject CFG-3 <reason>`. */
export async function rejectChangeVerb(deps: Deps, call: VerbCall, changeId: string): Promise<Reply> {
  return replyOf(
    await decideChange(deps, {
      ...{ changeId, digest: null, decision: 'reject', reason: call.request.words.slice(1).join(' ') },
      ...{ personId: call.person.id, origin: call.place.surface },
    }),
  )
}

/** A button of its message; a copy of that elsewhere decides nothing. */
export async function pressChange(deps: Deps, press: Press, person: Person, changeId: string): Promise<Reply> {
  const { verb, surface, channel, message } = press
  if ((verb !== 'approve' && verb !== 'reject') || press.planHash === null) {
    throw new RefusedError('old_button', 'This button does not say what it means. Use the newest message.')
  }
  if (surface !== 'console') {
    const own =
      channel === null || message === null
        ? undefined
        : await deps.stores.configuration.findByNotice(surface, { channel, message })
    if (own !== changeId) {
      const text = `This is a copy of the message. Decide on the message of ${changeId} in its own channel, or type "approve ${changeId}".`
      throw new RefusedError('foreign_card', text)
    }
  }
  return replyOf(
    await decideChange(deps, {
      ...{ changeId, digest: press.planHash, decision: verb, reason: press.text },
      ...{ personId: person.id, origin: surface },
    }),
  )
}

async function showChange(deps: Deps, call: VerbCall, changeId: string): Promise<Reply> {
  const view = await readChange(deps, readerOf(call), changeId)
  const rows = view.files.map(({ kind, path, change, added, removed }) => {
    return { label: `${kind} ${change}`, text: `${path} (+${String(added)} −${String(removed)})` }
  })
  const parts = { rows, preformatted: view.diff }
  if (view.state !== 'pending') return refusal('nothing_to_approve', describeClosed(view), parts)
  const command = `approve ${view.id} ${view.digest.slice(0, 8)}`
  return answer(`Nothing is counted yet. This is what changes; approve exactly it with: ${command}`, parts)
}

function replyOf({ outcome, text }: ConfigurationDecided): Reply {
  return outcome === 'already_decided' ? refusal(outcome, text) : { ...answer(text), code: outcome }
}
