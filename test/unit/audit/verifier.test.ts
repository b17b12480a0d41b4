import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { describeVerdict, printExportLine, verifyLog } from '../../../src/audit/verifier.ts'
import type { Verdict } from '../../../src/audit/verifier.ts'
import { chain, checkpointOf, leafOf, newKeys, printRows, someEntries, subsetOf } from './build-log.ts'
import type { Row } from './build-log.ts'

const keys = newKeys()
const rows = chain(someEntries(60))
const SIZES = [1, 7, 20, 41, 60]
const checkpoints = SIZES.map((size) => checkpointOf(rows, size, keys))
const copy = (): Row[] => structuredClone(rows)
const verify = (lines: readonly string[], sealed = checkpoints): Verdict => verifyLog(lines, sealed, [keys.publicKey])

describe('a log that nobody touched', () => {
  it('is whole, and says what is covered', () => {
    expect(verify(printRows(rows))).toEqual({
      isWhole: true,
      isSubset: false,
      archived: 0,
      archivedFound: 0,
      entries: 60,
      checkpoints: 5,
      coveredTo: 60,
      uncovered: 0,
      problem: null,
      notes: [],
    })
  })

  it('counts what came after the last checkpoint', () => {
    const verdict = verify(printRows(rows), checkpoints.slice(0, 4))

    expect(verdict).toMatchObject({ isWhole: true, coveredTo: 41, uncovered: 19 })
  })

  it('may be empty under a checkpoint of nothing', () => {
    expect(verify([], [checkpointOf([], 0, keys)])).toMatchObject({ isWhole: true, entries: 0 })
  })

  it('is not shown to be whole by no checkpoint at all', () => {
    expect(verify(printRows(rows), [])).toMatchObject({ isWhole: false, problem: { place: 'checkpoints' } })
  })
})

describe('each kind of tampering is found, with its place', () => {
  const place = (lines: readonly string[], sealed = checkpoints): string =>
    describeVerdict(verify(lines, sealed)).split('\n')[0]!

  it('a changed entry', () => {
    const changed = copy()
    changed[16]!.entry = { ...changed[16]!.entry, event: 'nothing.happened' }

    expect(place(printRows(changed))).toBe('FAILED: entry 17 does not fit its leaf hash: its content was changed.')
  })

  it('a removed entry', () => {
    expect(place(printRows(rows.toSpliced(16, 1)))).toBe('FAILED: entry 17 is missing: entry 18 stands in its place.')
  })

  it('an inserted entry', () => {
    const forged = {
      ...rows[16]!,
      entry: { event: 'approval.recorded' },
      leafHash: leafOf({ event: 'approval.recorded' }),
    }

    expect(place(printRows(rows.toSpliced(16, 0, forged)))).toMatch(/^FAILED: entry 17 /)
  })

  it('two entries swapped', () => {
    const swapped = copy()
    ;[swapped[16], swapped[30]] = [swapped[30]!, swapped[16]!]

    expect(place(printRows(swapped))).toMatch(/^FAILED: entry 17 is missing/)
  })

  it('a tail that is cut', () => {
    expect(place(printRows(rows.slice(0, 58)))).toMatch(
      /^FAILED: entry 59 is missing: the checkpoint .* covers 60 entries/,
    )
  })

  it('a log chained anew after a change', () => {
    const forged = chain(rows.map((row) => (row.seq === 30 ? { ...row.entry, event: 'nothing.happened' } : row.entry)))

    expect(place(printRows(forged))).toMatch(/^FAILED: entries 21 to 41 are not those .* rewritten after it/)
  })

  it('an older backup that went on differently', () => {
    const forged = chain([...rows.slice(0, 50).map((row) => row.entry), ...someEntries(10)])

    expect(place(printRows(forged))).toMatch(/^FAILED: entries 42 to 60 /)
  })

  it('checkpoints signed by another key', () => {
    expect(place(printRows(rows), [checkpointOf(rows, 60, newKeys())])).toMatch(
      /^FAILED: checkpoint on line 1 is signed by/,
    )
  })

  it('a checkpoint that was changed', () => {
    const changed = checkpoints.map((line) => line.replace('"size":41', '"size":40'))

    expect(place(printRows(rows), changed)).toMatch(/^FAILED: checkpoint on line 4 has a signature that does not fit/)
  })

  it('a line that no longer parses', () => {
    expect(place(printRows(rows).with(4, '{"seq":5,'))).toBe('FAILED: line 5 does not parse as JSON.')
  })

  it('a member written twice, of which a reader sees one and a parser the other', () => {
    const lines = printRows(rows)

    expect(place(lines.with(4, lines[4]!.replace('{', '{"entry":{"event":"forged"},')))).toMatch(
      /^FAILED: line 5 does not stand/,
    )
  })

  it('a line nested deeper than can be read', () => {
    const deep = `{"entry":${'['.repeat(200_000)}${']'.repeat(200_000)},"seq":5}`

    expect(verify(printRows(rows).with(4, deep)).isWhole).toBe(false)
  })
})

/** One random way to falsify the log, up to the last checkpoint; a forger may repair hashes, numbers and links. */
const tamper = fc.record({
  kind: fc.constantFrom('change', 'remove', 'insert', 'swap', 'cut', 'bytes'),
  repair: fc.constantFrom('nothing', 'leaf', 'numbers', 'all'),
  at: fc.nat(59),
  other: fc.nat(59),
  entry: fc.record({ event: fc.string(), details: fc.jsonValue() }),
})
type Tamper = typeof tamper extends fc.Arbitrary<infer Value> ? Value : never

function apply({ kind, repair, at, other, entry }: Tamper): { lines: string[]; firstTouched: number } {
  let changed = copy()
  let firstTouched = at + 1
  const forged = { ...(JSON.parse(JSON.stringify(entry)) as JsonObject), forged: true }
  if (kind === 'change') changed[at]!.entry = forged
  if (kind === 'remove') changed.splice(at, 1)
  if (kind === 'insert') changed.splice(at, 0, { ...changed[at]!, entry: forged })
  if (kind === 'cut') changed.length = at
  if (kind === 'swap') {
    const to = at === other ? (at + 1) % 60 : other
    ;[changed[at], changed[to]] = [changed[to]!, changed[at]!]
    firstTouched = Math.min(at, to) + 1
  }
  if (repair === 'leaf') changed = changed.map((row) => ({ ...row, leafHash: leafOf(row.entry) }))
  if (repair === 'numbers') changed = changed.map((row, index) => ({ ...row, seq: index + 1 }))
  if (repair === 'all') changed = chain(changed.map((row) => row.entry))
  const lines = printRows(changed)
  if (kind === 'bytes') {
    const line = lines[at]!
    const spot = other % line.length
    lines[at] = `${line.slice(0, spot)}${line[spot] === '7' ? '8' : '7'}${line.slice(spot + 1)}`
  }
  return { lines, firstTouched }
}

describe('a thousand random ways to falsify a log', () => {
  it('are all found, at the first touched entry or at the checkpoint that covers it', () => {
    fc.assert(
      fc.property(tamper, (way) => {
        const { lines, firstTouched } = apply(way)

        const { isWhole, problem } = verify(lines)

        expect(isWhole).toBe(false)
        const [from, to] = (/(\d+)(?: to (\d+))?$/.exec(problem!.place) ?? []).slice(1).map(Number)
        const last = to! || from!
        const covering = SIZES.find((size) => size >= firstTouched)!
        // A place is an entry, a line, or the range between two checkpoints.
        expect(from).toBeLessThanOrEqual(covering)
        expect(last).toBeGreaterThanOrEqual(way.kind === 'insert' ? firstTouched : Math.min(firstTouched, lines.length))
      }),
      { numRuns: 1_500, seed: 20260111 },
    )
  })

  it('pass when nobody compares with the checkpoints: they are what finds a log chained anew', () => {
    const forged = chain(rows.slice(0, 30).map((row) => row.entry))

    expect(verify(printRows(forged), [checkpointOf(forged, 30, keys)]).isWhole).toBe(true)
    expect(verify(printRows(forged)).isWhole).toBe(false)
  })
})

describe('the entries of one incident', () => {
  const SEQS = [2, 7, 12, 17, 57, 60]

  it('are proven one by one, and it says that they are a subset', () => {
    const verdict = verify(printRows(subsetOf(rows, 60, SEQS)))

    expect(verdict).toMatchObject({ isWhole: true, isSubset: true, entries: 6, uncovered: 0 })
    expect(describeVerdict(verdict)).toContain('This is a subset: proves presence, not completeness.')
  })

  it('are counted as not covered where no checkpoint is as new', () => {
    const verdict = verify(printRows(subsetOf(rows, 41, SEQS)), checkpoints.slice(0, 4))

    expect(verdict).toMatchObject({ isWhole: true, entries: 6, uncovered: 2 })
  })

  it('are found out when one was changed, renumbered or put in', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.constantFrom('change', 'renumber', 'insert', 'path'), fc.nat(58), (at, kind, spot) => {
        const subset = subsetOf(rows, 60, SEQS) as {
          seq: number
          entry: JsonObject
          leafHash: string
          proof: { path: string[] }
        }[]
        const one = structuredClone(subset[at]!)
        if (kind === 'change' || kind === 'insert') one.entry = { ...one.entry, forged: spot }
        if (kind === 'change' || kind === 'insert') one.leafHash = leafOf(one.entry)
        if (kind === 'renumber') one.seq = spot + 1 >= one.seq ? spot + 2 : spot + 1
        if (kind === 'path') one.proof.path[spot % one.proof.path.length] = rows[spot]!.hash
        const lines = printRows(kind === 'insert' ? subset.toSpliced(at, 0, one) : subset.with(at, one))

        expect(verify(lines).isWhole).toBe(false)
      }),
      { numRuns: 400 },
    )
  })
})

describe('a line of an export', () => {
  it('is canonical JSON, as the rest of the program prints it', () => {
    const printable = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)

    fc.assert(
      fc.property(
        printable,
        (value) =>
          JSON.stringify(JSON.parse(printExportLine(value))) === JSON.stringify(JSON.parse(canonicalJson(value))),
      ),
    )
  })

  it('shows no character that reorders or hides text', () => {
    const line = printExportLine({ name: '=cmd() \u202e \u2066 \u200b \u{E0041} \u2028 \u009b' })

    expect(line).toBe('{"name":"=cmd() \\u202e \\u2066 \\u200b \\udb40\\udc41 \\u2028 \\u009b"}')
    expect(JSON.parse(line)).toEqual({ name: '=cmd() \u202e \u2066 \u200b \u{E0041} \u2028 \u009b' })
  })
})
