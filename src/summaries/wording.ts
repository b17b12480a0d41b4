import type { Json } from '../kernel/json.ts'

/** `14:02 UTC`: absolute, so that the same facts give the same sentence; surfaces add how long ago it was. */
export function clockTime(at: Date): string {
  return `${at.toISOString().slice(11, 16)} UTC`
}

/** The same, with its date where that is not the day of `asOf`: yesterday's 23:50 would read as tonight's. */
export function momentText(at: Date, asOf: Date): string {
  const day = at.toISOString().slice(0, 10)
  return day === asOf.toISOString().slice(0, 10) ? clockTime(at) : `${day} ${clockTime(at)}`
}

/** Commits are cut to seven letters, versions stay whole. */
export function shortRevision(revision: string): string {
  return revision
    .split(',')
    .map((part) => (/^[0-9a-f]{12,}$/i.test(part) ? part.slice(0, 7) : part))
    .join(', ')
}

/** `a, b and 3 more`. */
export function nameSome(names: readonly string[], most: number): string {
  const shown = names.slice(0, most)
  const more = names.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${String(more)} more`
  const last = shown.at(-1) ?? ''
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`
}

export function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** An argument as one reads it; text as it is, everything else as JSON. */
export function argumentText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function withoutStop(text: string): string {
  return text.replace(/[.\s]+$/, '')
}
