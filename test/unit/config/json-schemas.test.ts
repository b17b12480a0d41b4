import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { configurationJsonSchema } from '../../../src/config/configuration-file.ts'
import { peopleJsonSchema } from '../../../src/config/load-people.ts'

const checkedIn = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../docs/schema/${name}`, import.meta.url), 'utf8'))

describe('the JSON Schemas for editors', () => {
  it.each([
    ['countersign.schema.json', configurationJsonSchema],
    ['people.schema.json', peopleJsonSchema],
  ])('%s is the one that the file is checked by (node scripts/write-schemas.mjs)', (name, write) => {
    expect(checkedIn(name)).toEqual(JSON.parse(JSON.stringify(write())))
  })

  it('demand no key, since each has a default, and allow none that is not documented', () => {
    expect(configurationJsonSchema()).toMatchObject({ additionalProperties: false })
    expect(configurationJsonSchema()).not.toHaveProperty('required')
  })
})
