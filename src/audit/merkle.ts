import { sha256Hex } from '../kernel/sha256.ts'

/**
 * The tree of RFC 6962 over leaf hashes (hex). A frontier is the list of roots of the complete subtrees that the
 * leaves so far make, largest first: one per binary digit of their number, all that is needed to go on and to tell
 * the root.
 */
export type Frontier = readonly string[]

const NODE_PREFIX = Uint8Array.of(1)
const EMPTY_ROOT = sha256Hex('')

export function nodeHash(left: string, right: string): string {
  return sha256Hex(NODE_PREFIX, Buffer.from(left, 'hex'), Buffer.from(right, 'hex'))
}

/** `size` is the number of leaves before. Two subtrees of the same size become one, as in a binary counter. */
export function appendLeaf(frontier: Frontier, size: number, leafHash: string): Frontier {
  const roots = [...frontier]
  let root = leafHash
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) root = nodeHash(roots.pop() ?? EMPTY_ROOT, root)
  roots.push(root)
  return roots
}

export function rootOf(frontier: Frontier): string {
  const [smallest, ...larger] = frontier.toReversed()
  if (smallest === undefined) return EMPTY_ROOT
  return larger.reduce((right, left) => nodeHash(left, right), smallest)
}

/** Every level of the tree, leaves first; a last node without a sibling goes up as it is. */
export type TreeLevels = readonly (readonly string[])[]

export function buildLevels(leafHashes: readonly string[]): TreeLevels {
  const levels: (readonly string[])[] = [leafHashes]
  for (let level = leafHashes; level.length > 1;) {
    const above: string[] = []
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [level[index] ?? EMPTY_ROOT, level[index + 1]]
      above.push(right === undefined ? left : nodeHash(left, right))
    }
    levels.push(above)
    level = above
  }
  return levels
}

/** The siblings on the way from leaf `index` (from 0) to the root. */
export function inclusionPath(levels: TreeLevels, index: number): readonly string[] {
  const path: string[] = []
  let position = index
  for (const level of levels) {
    const sibling = level[position % 2 === 0 ? position + 1 : position - 1]
    if (sibling !== undefined) path.push(sibling)
    position = Math.floor(position / 2)
  }
  return path
}

export interface Inclusion {
  readonly leafHash: string
  /** From 0. */
  readonly index: number
  readonly size: number
  readonly path: readonly string[]
  readonly root: string
}

/** RFC 9162, 2.1.3.2. */
export function verifyInclusion({ leafHash, index, size, path, root }: Inclusion): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false
  let [position, last] = [index, size - 1]
  let hash = leafHash
  for (const sibling of path) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash)
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 && hash === root
}

const half = (value: number): number => Math.floor(value / 2)
