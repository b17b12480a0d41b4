import type { Evidence } from '../../domain/evidence.ts'

/** The key and source under which a refresh notes who is on call, so that a card never waits for the answer. */
export const ON_CALL_KEY = 'on-call'
export const ON_CALL_SOURCE = 'on call'

/** Names, as they were when last asked. */
export function onCallNames(evidence: readonly Evidence[]): readonly string[] {
  const names = evidence.find((piece) => piece.source === ON_CALL_SOURCE)?.data['names']
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : []
}
