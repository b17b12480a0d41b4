import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { leafHashOf } from '../../../src/audit/hash-chain.ts'
import { appendLeaf, buildLevels, inclusionPath, nodeHash, rootOf, verifyInclusion } from '../../../src/audit/merkle.ts'
import type { Frontier } from '../../../src/audit/merkle.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'

/** The eight leaves and the roots of certificate-transparency-go's and Trillian's tests of RFC 6962. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const grow = (leaves: readonly string[]): Frontier =>
  leaves.reduce<Frontier>((frontier, leaf, index) => appendLeaf(frontier, index, leaf), [])

/** The definition of RFC 6962, 2.1, word for word. */
function naiveRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return sha256Hex('')
  if (leaves.length === 1) return leaves[0]!
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)))
}

const hashes = (max: number) =>
  fc.array(
    fc.nat().map((number) => sha256Hex(String(number))),
    { maxLength: max },
  )

describe('the tree of RFC 6962', () => {
  it('has the published roots', () => {
    const leaves = LEAVES.map((text) => leafHashOf(Buffer.from(text, 'hex')))

    const roots = leaves.map((_, index) => rootOf(grow(leaves.slice(0, index + 1))))

    expect(roots).toEqual(ROOTS)
    expect(rootOf([])).toBe(EMPTY)
  })

  it('grows leaf by leaf to the root that the definition gives', () => {
    fc.assert(fc.property(hashes(130), (leaves) => rootOf(grow(leaves)) === naiveRoot(leaves)))
  })

  it('keeps one root per binary digit of its size', () => {
    fc.assert(
      fc.property(hashes(130), (leaves) => {
        const ones = leaves.length.toString(2).replaceAll('0', '').length
        expect(grow(leaves)).toHaveLength(leaves.length === 0 ? 0 : ones)
      }),
    )
  })

  it('proves every leaf and no other one', () => {
    fc.assert(
      fc.property(
        hashes(70).filter((leaves) => leaves.length > 0),
        fc.nat(),
        fc.nat(),
        (leaves, one, other) => {
          const [index, wrong] = [one % leaves.length, other % (leaves.length + 2)]
          const levels = buildLevels(leaves)
          const proof = { size: leaves.length, path: inclusionPath(levels, index), root: naiveRoot(leaves) }
          expect(verifyInclusion({ ...proof, leafHash: leaves[index]!, index })).toBe(true)
          expect(verifyInclusion({ ...proof, leafHash: sha256Hex('forged'), index })).toBe(false)
          if (wrong !== index) expect(verifyInclusion({ ...proof, leafHash: leaves[index]!, index: wrong })).toBe(false)
        },
      ),
    )
  })
})
