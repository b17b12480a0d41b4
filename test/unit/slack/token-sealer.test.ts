import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createTokenSealer } from '../../../src/adapters/slack/install/token-sealer.ts'

const newKey = () => randomBytes(32).toString('base64')
const [OLD, NEW] = [newKey(), newKey()]
const TOKEN = 'xoxb-1-2-canary'
const flipped = (bytes: Uint8Array, at: number) => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe('a sealed token', () => {
  it('opens with its key in its own row, whatever it is', () => {
    const sealer = createTokenSealer([OLD], randomBytes)

    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), (token, id) => {
        expect(sealer.open(id, sealer.seal(id, token.toWellFormed()))).toBe(token.toWellFormed())
      }),
    )
  })

  it('opens in no other row: the id is bound to it', () => {
    const sealer = createTokenSealer([OLD], randomBytes)
    const sealed = sealer.seal('T0001', TOKEN)

    expect(sealer.open('T0002', sealed)).toBeUndefined()
    expect(sealer.open('T0001\0', sealed)).toBeUndefined()
    expect(sealer.open('T0001', sealed)).toBe(TOKEN)
  })

  it('opens no more when any of its bytes is changed, cut or added to', () => {
    const sealer = createTokenSealer([OLD], randomBytes)
    const { sealed, keyId } = sealer.seal('T0001', TOKEN)
    const spoilt = [
      ...Array.from(sealed, (_byte, at) => flipped(sealed, at)),
      sealed.slice(0, -1),
      sealed.slice(0, 20),
      new Uint8Array(),
      Buffer.concat([sealed, Buffer.of(0)]),
    ]

    for (const bytes of spoilt) expect(sealer.open('T0001', { sealed: bytes, keyId })).toBeUndefined()
  })

  it('holds the token nowhere in the clear, and never looks the same twice', () => {
    const sealer = createTokenSealer([OLD], randomBytes)
    const [first, second] = [sealer.seal('T0001', TOKEN), sealer.seal('T0001', TOKEN)]

    expect(Buffer.from(first.sealed).toString('latin1')).not.toContain('canary')
    expect(Buffer.from(first.sealed)).not.toEqual(Buffer.from(second.sealed))
  })
})

describe('two keys during a rotation', () => {
  it('the first seals, both open, and the name tells nothing of the key', () => {
    const before = createTokenSealer([OLD], randomBytes)
    const during = createTokenSealer([NEW, OLD], randomBytes)
    const after = createTokenSealer([NEW], randomBytes)
    const [old, fresh] = [before.seal('T0001', TOKEN), during.seal('T0001', TOKEN)]

    expect([during.open('T0001', old), during.open('T0001', fresh), after.open('T0001', fresh)]).toEqual([
      TOKEN,
      TOKEN,
      TOKEN,
    ])
    expect(after.open('T0001', old)).toBeUndefined()
    expect(fresh.keyId).toBe(during.keyId)
    expect(fresh.keyId).not.toBe(old.keyId)
    expect(fresh.keyId).toMatch(/^[0-9a-f]{12}$/)
  })

  it('a token that claims another key does not open with it', () => {
    const during = createTokenSealer([NEW, OLD], randomBytes)
    const { sealed } = createTokenSealer([OLD], randomBytes).seal('T0001', TOKEN)

    expect(during.open('T0001', { sealed, keyId: during.keyId })).toBeUndefined()
  })
})
