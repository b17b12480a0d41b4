import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decideChange } from '../../../src/orchestrator/configuration/decide-change.ts'
import { readVersion } from '../../../src/orchestrator/configuration/read-version.ts'
import { settleFound } from '../../../src/orchestrator/configuration/settle-found.ts'
import { readLeaves } from './read-leaves.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { openHouse } from '../../support/house.ts'
import type { House } from '../../support/house.ts'
import { EDITED } from '../configuration/world.ts'
import { kindOf, lacks, unnoticed } from './held-against.ts'
import { REQUIRED, REQUIRED_OF_SERVICE } from './required-members.ts'

const TABLE = { ...REQUIRED, ...REQUIRED_OF_SERVICE }

let house: House
let entries: readonly JsonObject[]
beforeAll(async () => {
  house = await openHouse({ people: PEOPLE })
  const app = await house.serve()
  const { deps } = await house.foundation()
  const settled = await settleFound(deps, readVersion(EDITED), 'two-people')
  if (settled.change === null) throw new Error(settled.outcome)
  const { id: changeId, digest } = settled.change
  for (const personId of ['ada@bank.example', 'bea@bank.example']) {
    await decideChange(deps, { changeId, personId, decision: 'approve', digest, reason: null, origin: 'console' })
  }
  await app.close()
  entries = await readLeaves(house.database.ownerUrl)
})
afterAll(() => house.close())

const PEOPLE = `people:
  - { id: ada@bank.example, name: Ada, groups: [team-shop], roles: [admin, approver, responder] }
  - { id: bea@bank.example, name: Bea, groups: [team-pay], roles: [admin, approver, responder] }
`

describe('the entries of a service that starts, changes and stops', () => {
  it('are of every kind of their table, and carry what an auditor asks of them', () => {
    const kinds = new Set(entries.map(kindOf))

    expect(Object.keys(REQUIRED_OF_SERVICE).filter((kind) => !kinds.has(kind))).toEqual([])
    expect([...new Set(entries.flatMap((entry) => lacks(TABLE, entry)))]).toEqual([])
  })

  it('are found wanting without any one of these members (twin)', () => {
    expect(entries.flatMap((entry) => unnoticed(TABLE, entry))).toEqual([])
  })
})
