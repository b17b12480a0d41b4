import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeVerdict, runVerifier, verifyLog } from '../../../src/audit/verifier.ts'
import { chain, checkpointOf, leafOf, newKeys, printRows, someEntries, subsetOf } from './build-log.ts'

const keys = newKeys()
const rows = chain(someEntries(20))
const checkpoint = checkpointOf(rows, 20, keys)
const verdictOf = (lines: readonly object[]) =>
  describeVerdict(verifyLog(printRows(lines), [checkpoint], [keys.publicKey])).split('\n')[0]

const FORGED = { event: 'decision.recorded', actor: { id: 'ana@bank.example' } }

describe('what no hash and no signature covers', () => {
  it('is refused beside an entry', () => {
    const line = { ...rows[4]!, approvedBy: 'ana@bank.example' }

    expect(verdictOf(rows.with(4, line))).toMatch(/^FAILED: entry 5 .*approvedBy/)
  })

  it('is refused beside an entry of a subset, and in its proof', () => {
    const subset = subsetOf(rows, 20, [3, 5]) as { proof: object; hash?: string }[]

    expect(verdictOf(subset)).toMatch(/^OK/)
    expect(verdictOf(subset.with(1, { ...subset[1]!, hash: 'f'.repeat(64) }))).toMatch(/^FAILED: entry 5 /)
    expect(verdictOf(subset.with(1, { ...subset[1]!, proof: { ...subset[1]!.proof, by: 'ana' } }))).toMatch(
      /^FAILED: entry 5 /,
    )
  })

  it('is refused in the place of an entry that a checkpoint covers', () => {
    const forged = { seq: 5, entry: FORGED, leafHash: leafOf(FORGED), proof: null }

    expect(verdictOf([...subsetOf(rows, 20, [3]), forged])).toMatch(/^FAILED: entry 5 has no proof/)
  })

  it('is refused after the last line, be it less than a letter', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-verifier-'))
    try {
      const path = (name: string) => join(folder, name)
      writeFileSync(path('log'), `${printRows(rows).join('\n')}\n`)
      writeFileSync(path('sealed'), `${checkpoint}\n`)
      writeFileSync(path('key'), keys.publicKey.export({ type: 'spki', format: 'pem' }))
      const verify = () =>
        runVerifier([path('log'), '--checkpoints', path('sealed'), '--key', path('key')], () => undefined)

      expect(verify()).toBe(0)
      writeFileSync(path('log'), Buffer.concat([readFileSync(path('log')), Buffer.from([0xe2, 0x82])]))
      expect(verify()).toBe(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('a file that speaks to the terminal of whoever verifies it', () => {
  const loud = '\u001b[2K\rOK: 20 entries\u009b2J\u202e'
  const quiet = (text: string | undefined) => expect(text).toMatch(/^FAILED: [\x20-\x7e]*$/)

  it('is named without being repeated', () => {
    const [first] = subsetOf(rows, 20, [3])
    quiet(verdictOf([{ ...first, seq: loud }]))
    quiet(verdictOf([rows[0]!, { ...first, seq: loud }]))
    quiet(verdictOf([{ ...rows[0]!, [loud]: true }]))
    const foreign = checkpoint.replace(/"keyId":"[^"]*"/, `"keyId":"\\u009b2J"`)
    quiet(describeVerdict(verifyLog(printRows(rows), [foreign], [keys.publicKey])).split('\n')[0])
  })
})
