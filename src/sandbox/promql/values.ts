import type { Labels } from '../prometheus/series-store.ts'

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

export type Value =
  { readonly kind: 'scalar'; readonly value: number } | { readonly kind: 'vector'; readonly samples: readonly Sample[] }

/** `by (a, b)` keeps these, `without (a, b)` all others but the name. */
export function keepLabels(labels: Labels, names: readonly string[], isWithout: boolean): Labels {
  const kept = Object.entries(labels).filter(([name]) =>
    isWithout ? name !== '__name__' && !names.includes(name) : names.includes(name),
  )
  return Object.fromEntries(kept.sort(byName))
}

export function withoutName(labels: Labels): Labels {
  return keepLabels(labels, [], true)
}

export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(byName))
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1
}
