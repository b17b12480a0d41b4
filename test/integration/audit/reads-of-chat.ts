import type { Account } from '../../../src/domain/person.ts'

export type Surface = Account['surface']

export function accountOn(surface: Surface): Account {
  return { surface, tenant: surface === 'console' ? 'console' : 'T1', user: 'U1', displayName: 'Ana' }
}

/** Each verb that shows something of the record, with what it shows. */
export const READING_VERBS: readonly (readonly [text: string, object: string])[] = [
  ['list', 'incidents'],
  ['status INC-1', 'incident INC-1'],
  ['timeline INC-1', 'timeline of INC-1'],
  ['summary INC-1', 'incident INC-1'],
  ['changes INC-1', 'incident INC-1'],
  ['evidence INC-1', 'evidence of INC-1'],
  ['handover INC-1', 'timeline of INC-1'],
  ['update INC-1', 'evidence of INC-1'],
  ['postmortem INC-1', 'incident INC-1'],
  ['ask INC-1 what rose', 'evidence of INC-1'],
  ['approve CFG-2', 'configuration CFG-2'],
]
