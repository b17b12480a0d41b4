import { byPerson, requireIncident, tellOfIncident } from './incident-moves.ts'
import { RefusedError } from '../kernel/errors.ts'
import { storableText, truncateText } from '../kernel/clean-text.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'

const MAX_NOTE = 4_000

/** What a person wants on the timeline, word for word. */
export async function addNote(deps: Deps, intent: IncidentIntent & { readonly text: string }): Promise<Incident> {
  const incident = await requireIncident(deps, intent, 'note')
  const text = truncateText(storableText(intent.text).trim(), MAX_NOTE)
  if (text === '') throw new RefusedError('empty_note', 'The note is empty. Say: note <text>.')
  return deps.unitOfWork.run(async (stores) => {
    await tellOfIncident(deps, stores, incident, byPerson(intent, 'note.added', text, { text }))
    return incident
  })
}
