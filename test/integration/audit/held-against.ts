import type { Json, JsonObject } from '../../../src/kernel/json.ts'
import { GROUPS } from './required-members.ts'

export type Table = Readonly<Record<string, readonly string[]>>

/** The step by which the stories have people asked: entries of a nested approval are kinds of their own. */
export const NESTED_STEP = 'confirm'

/** Nothing is sent for a nested approval, and what is sent again is approved anew: each is a kind of its own. */
export function kindOf(entry: JsonObject): string {
  const nested = entry['stepId'] === NESTED_STEP ? ['approval'] : []
  const again = memberAt(entry, 'details.choice') === 'retry' ? ['retry'] : []
  return [entry['event'] as string, entry['phase'] as string, ...nested, ...again].join(' ')
}

function membersOf(table: Table, kind: string): readonly string[] {
  return ['always', ...(table[kind] ?? [])].flatMap((name) => GROUPS[name] ?? [name])
}

function memberAt(entry: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, name) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
    return (value as JsonObject)[name]
  }, entry)
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** What its row asks for and the entry does not have. */
export function lacks(table: Table, entry: JsonObject): readonly string[] {
  const kind = kindOf(entry)
  if (!Object.hasOwn(table, kind)) return [`${kind}: no row says what it must carry`]
  return membersOf(table, kind)
    .filter((path) => isEmpty(memberAt(entry, path)))
    .map((path) => `${kind}: ${path}`)
}

/** Members whose absence nobody would notice: the twin of `lacks`. */
export function unnoticed(table: Table, entry: JsonObject): readonly string[] {
  return membersOf(table, kindOf(entry))
    .filter((path) => path !== 'event' && path !== 'phase')
    .filter((path) => !lacks(table, withoutMember(entry, path)).includes(`${kindOf(entry)}: ${path}`))
}

function withoutMember(entry: JsonObject, path: string): JsonObject {
  const [name = '', ...rest] = path.split('.')
  if (rest.length > 0) return { ...entry, [name]: withoutMember(entry[name] as JsonObject, rest.join('.')) }
  return Object.fromEntries(Object.entries(entry).filter(([other]) => other !== name))
}
