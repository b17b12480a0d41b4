import type { ActionName } from '../domain/action.ts'

/** What the text of an argument is, and so how a value is escaped in it. */
export type ArgumentPlace = 'promql' | 'url' | 'chat' | 'json' | 'name'

const PLACES: Readonly<Partial<Record<ActionName, Readonly<Record<string, ArgumentPlace>>>>> = {
  'prometheus/assert': { query: 'promql' },
  'http/check': { url: 'url' },
  'chat/post': { text: 'chat' },
  'pagerduty/note': { text: 'chat' },
  'pagerduty/responders': { message: 'chat' },
  'lambda/invoke': { params: 'json' },
  approval: { title: 'chat' },
}

export function placeOfArgument(action: ActionName, argument: string): ArgumentPlace {
  return PLACES[action]?.[argument] ?? 'name'
}

/**
 * Outputs of earlier steps are known only while the run goes on. They may stand where they say or check something,
 * never where they choose what is acted on: an approval names the target.
 */
export function mayHoldOutputs(action: ActionName, argument: string): boolean {
  return placeOfArgument(action, argument) !== 'name'
}
