import { describe, expect, it } from '@jest/globals'
import { keyIdOf, printCheckpoint, signCheckpoint, verifyCheckpoint } from '../../../src/audit/checkpoint.ts'
import { newKeys } from './build-log.ts'

const unsigned = { origin: 'countersign/1', epoch: 1, size: 3, root: 'aa', chain: 'bb', at: '2026-01-01T00:00:00Z' }

describe('a checkpoint', () => {
  const keys = newKeys()
  const checkpoint = signCheckpoint(unsigned, keys.privateKey)

  it('verifies with its key and with no other', () => {
    expect(verifyCheckpoint(checkpoint, keys.publicKey)).toBe(true)
    expect(verifyCheckpoint(checkpoint, newKeys().publicKey)).toBe(false)
  })

  it.each(Object.keys(unsigned))('does not verify when its %s is changed', (name) => {
    expect(verifyCheckpoint({ ...checkpoint, [name]: name === 'size' ? 2 : 'x' }, keys.publicKey)).toBe(false)
  })

  it('names its key, whichever half of the pair is asked', () => {
    expect(checkpoint.keyId).toBe(keyIdOf(keys.publicKey))
    expect(keyIdOf(keys.publicKey)).toBe(keyIdOf(keys.privateKey))
  })

  it('is one line of canonical JSON', () => {
    expect(printCheckpoint(checkpoint)).toMatch(/^\{"at":"2026-01-01T00:00:00Z","chain":"bb",.*\}\n$/)
  })
})
