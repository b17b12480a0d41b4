import { acknowledgeIncident } from '../acknowledge-incident.ts'
import { addNote } from '../add-note.ts'
import { answer } from './replies.ts'
import { assignRole } from '../assign-role.ts'
import { declareAndTell } from './declare-and-tell.ts'
import { findIncident } from './find-incident.ts'
import { findMentioned } from './find-mentioned.ts'
import { isSeverity } from '../../domain/severity.ts'
import { mitigateIncident } from '../mitigate-incident.ts'
import { parseDeclare, wrongUsage } from './parse-verb.ts'
import { reopenIncident } from '../reopen-incident.ts'
import { resolveIncident } from '../resolve-incident.ts'
import { setSeverity } from '../set-severity.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

export async function declareVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const by = { person: call.person, surface: call.place.surface, share: call.request.share }
  return declareAndTell(deps, by, parseDeclare(call.request))
}

export async function ackVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  return moved(call, 'acknowledged', await acknowledgeIncident(deps, await moveInput(deps, call)))
}

export async function mitigatedVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  return moved(call, 'mitigated', await mitigateIncident(deps, await moveInput(deps, call)))
}

export async function resolveVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const [word] = call.request.words
  const input = { ...(await moveInput(deps, call)), confirmed: word?.toUpperCase() ?? null }
  return moved(call, 'resolved', await resolveIncident(deps, input))
}

export async function reopenVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  return moved(call, 'open again', await reopenIncident(deps, await moveInput(deps, call)))
}

export async function noteVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  if (call.request.rest === '') throw wrongUsage('note', 'The text is missing.')
  const input = await moveInput(deps, call)
  await addNote(deps, { ...input, text: call.request.rest })
  return answer(`Noted on the timeline of ${input.incidentId}.`, { incidentId: input.incidentId })
}

export async function severityVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const severity = call.request.words[0]?.toUpperCase() ?? ''
  if (!isSeverity(severity)) throw wrongUsage('severity', 'Say SEV1 to SEV5.')
  const input = await moveInput(deps, call)
  await setSeverity(deps, { ...input, severity })
  return answer(`${input.incidentId} is ${severity}.`, { incidentId: input.incidentId })
}

export async function assignVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const [role, mention] = call.request.words.toSorted(
    (left, right) => Number(isMention(left)) - Number(isMention(right)),
  )
  if (role === undefined || mention === undefined) throw wrongUsage('assign', 'The role or the person is missing.')
  const assignee = findMentioned(deps, call, mention)
  const input = await moveInput(deps, call)
  await assignRole(deps, { ...input, role: role.toLowerCase(), assignee })
  return answer(`${assignee.name} is ${role.toLowerCase()} of ${input.incidentId}.`, { incidentId: input.incidentId })
}

/** `assign @bo commander` means the same. */
function isMention(word: string): boolean {
  return word.startsWith('@') || word.startsWith('<@')
}

async function moveInput(deps: Deps, call: VerbCall) {
  const incident = await findIncident(deps, call)
  return { incidentId: incident.id, person: call.person, origin: call.place.surface }
}

function moved(call: VerbCall, word: string, incident: Incident): Reply {
  return answer(`${incident.id} is ${word}.`, { incidentId: incident.id, shared: call.request.share })
}
