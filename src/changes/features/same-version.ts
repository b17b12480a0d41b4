import type { Feature } from '../feature.ts'

// A restart with nothing new in it can still break something (caches, connections), but seldom does.
const NOTHING_NEW = -1.5

/** A deploy of what ran already. */
export const sameVersion: Feature = (change) => {
  const before = change.previous?.revision ?? null
  if (change.kind !== 'deploy' || before === null || before !== change.revision) return undefined
  return { feature: 'content', weight: NOTHING_NEW, text: 'It deployed the version that ran already.' }
}
