import type { IncidentView } from '../../domain/incident-view.ts'

const LONGEST_WORD = 60

/**
 * Our words only: a topic makes links and mentions of what looks like one, so of what came from outside it has the
 * service's letters and digits and nothing else. What the incident is about stands on the pinned card.
 */
export function roomTopic(
  view: Pick<IncidentView, 'id' | 'severity' | 'service' | 'state' | 'commander' | 'resolvedAt'>,
): string {
  const service = plain(view.service ?? '')
  const facts = [view.id, view.severity, ...(service === '' ? [] : [service]), stateOf(view)]
  const commander = view.commander === null ? [] : [`commander ${plain(view.commander)}`]
  return `${[...facts, ...commander].join(' · ')}. The pinned card has the rest.`
}

function stateOf({ state, resolvedAt }: Pick<IncidentView, 'state' | 'resolvedAt'>): string {
  if (state !== 'resolved' || resolvedAt === null) return state
  return `resolved ${resolvedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N} -]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_WORD)
}
