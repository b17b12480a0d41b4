import type { TemplatePart } from './expressions.ts'

export type UrlPlace = 'path' | 'query' | 'fragment' | 'authority'

const AUTHORITY = /^https?:\/\/[^/?#\s]+[/?#]/

/** One place for each look-up of a URL template. Scheme, host and port are the author's alone. */
export function placesInUrl(parts: readonly TemplatePart[]): readonly UrlPlace[] {
  let before = ''
  const places: UrlPlace[] = []
  for (const part of parts) {
    if (part.kind === 'text') before += part.text
    else {
      places.push(placeAfter(before))
      before += 'x'
    }
  }
  return places
}

function placeAfter(before: string): UrlPlace {
  if (!AUTHORITY.test(before)) return 'authority'
  if (before.includes('#')) return 'fragment'
  return before.includes('?') ? 'query' : 'path'
}
