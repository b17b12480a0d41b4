import { argumentText, shortRevision } from './wording.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { TargetState } from '../domain/action.ts'

/** The target's state in the plan, in the words of one line; empty where the action compares nothing. */
export function describeBefore(before: TargetState | null): string {
  if (before === null) return ''
  const { mark: _mark, app: _app, function: _function, ...state } = before
  const parts = Object.entries(state).flatMap(([field, value]) => {
    const word = WORDS.get(field)
    if (value === null) return field === 'operation' ? ['no operation runs'] : []
    return [word === undefined ? `${field} ${argumentText(value)}` : word(value)]
  })
  return parts.filter((part) => part !== '').join(', ')
}

type Word = (value: JsonObject[string]) => string

const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['historyId', (value) => `history ${argumentText(value)}`],
  ['revision', (value) => shortRevision(argumentText(value))],
  ['targetRevision', (value) => `tracks ${argumentText(value)}`],
  ['autoSync', (value) => `auto-sync ${value === true ? 'on' : 'off'}`],
  ['operation', () => 'an operation runs'],
  // Where it goes is what the step's own sentence says.
  ['rollbackTo', () => ''],
  ['gitRevision', (value) => `Git holds ${shortRevision(argumentText(value))}`],
  ['weights', (value) => (argumentText(value) === '{}' ? '' : `weights ${argumentText(value)}`)],
])
