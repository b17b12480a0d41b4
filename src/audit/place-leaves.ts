import { nextLink } from './hash-chain.ts'
import { appendLeaf } from './merkle.ts'

export interface LogEnd {
  readonly size: number
  readonly link: string
  readonly frontier: readonly string[]
}

export interface PlacedLeaves {
  readonly entries: readonly { readonly prevHash: string; readonly hash: string }[]
  readonly link: string
  readonly frontier: readonly string[]
}

/** Continues chain and tree with the next leaves, in their order. */
export function placeLeaves(end: LogEnd, leafHashes: readonly string[]): PlacedLeaves {
  let { link, frontier } = end
  const entries = leafHashes.map((leafHash, index) => {
    const entry = { prevHash: link, hash: nextLink(link, leafHash) }
    link = entry.hash
    frontier = appendLeaf(frontier, end.size + index, leafHash)
    return entry
  })
  return { entries, link, frontier }
}
