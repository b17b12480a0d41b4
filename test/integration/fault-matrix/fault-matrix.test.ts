import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ACTION_NAMES } from '../../../src/domain/action.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { MATRIX_FAULTS } from '../../support/fault-matrix/matrix-fault.ts'
import { MATRIX_ROWS } from '../../support/fault-matrix/matrix-rows.ts'
import { openMatrixWorld } from '../../support/fault-matrix/matrix-world.ts'
import type { MatrixWorld } from '../../support/fault-matrix/matrix-world.ts'
import { MATRIX_CELLS, playMatrix } from '../../support/fault-matrix/play-matrix.ts'
import { playCell } from '../../support/fault-matrix/play-cell.ts'
import { withoutAsking } from '../../support/fault-matrix/without-asking.ts'
import type { MatrixCell } from '../../support/fault-matrix/play-matrix.ts'

let database: TestDatabase
let world: MatrixWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await openMatrixWorld(database)
})
afterAll(async () => {
  await world.close()
  await database.drop()
})

/** One way to lose an answer for every action, and every fault for one action of each kind; the rest is `npm run chaos -- --faults`. */
const EVERYTHING_OF: readonly string[] = ['argocd/rollback', 'lambda/invoke', 'pagerduty/note']
const isShort = ({ action, fault }: MatrixCell): boolean =>
  fault.name === 'cut after the effect' || EVERYTHING_OF.includes(action.name)

describe('one request that counts, and a network that spoils it (T28)', () => {
  it('is on record as what can be known of it, happens once, and is found or shown to a person', async () => {
    const verdicts = await playMatrix(world, MATRIX_CELLS.filter(isShort), 6)

    expect(verdicts.length).toBeGreaterThanOrEqual(MATRIX_ROWS.length)
    expect(verdicts.filter(({ broken }) => broken.length > 0)).toEqual([])
  })

  it.each(['pagerduty/note', 'pagerduty/responders', 'lambda/invoke', 'pagerduty/workflow', 'argocd/restart'])(
    'happens twice where nobody asks and nobody compares: %s (the twin)',
    async (name) => {
      const action = MATRIX_ROWS.find((row) => row.name === name)!
      const fault = MATRIX_FAULTS.find((one) => one.name === 'cut after the effect')!

      const { effects, broken } = await playCell(world, action, fault, withoutAsking)

      expect(effects).toBe(2)
      expect(broken).toContain('2 effects')
    },
  )

  it('covers every action that a playbook may use, and the page shows each with every fault', () => {
    const page = readFileSync(fileURLToPath(new URL('../../../docs/faults.md', import.meta.url)), 'utf8')

    expect([...new Set(MATRIX_ROWS.map(({ uses }) => uses))].sort()).toEqual([...ACTION_NAMES].sort())
    for (const { name } of MATRIX_ROWS) expect(page).toContain(`| ${name} |`)
    for (const { name } of MATRIX_FAULTS) expect(page).toContain(name)
  })
})
