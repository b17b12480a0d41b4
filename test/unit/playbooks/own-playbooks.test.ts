import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { parsePlaybook, parsePlaybooks } from '../../../src/playbooks/parse-playbook.ts'
import { playbookJsonSchema } from '../../../src/playbooks/schema.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const files = readdirSync(`${root}/playbooks`).filter((file) => file.endsWith('.yaml'))

describe('the playbooks of this repository', () => {
  it.each(files)('%s has no mistakes', (file) => {
    const { problems } = parsePlaybook({ file, text: readFileSync(`${root}/playbooks/${file}`, 'utf8') })
    expect(problems).toEqual([])
  })

  it('are named after their files, each name once', () => {
    const { playbooks, problems } = parsePlaybooks(
      files.map((file) => ({ file, text: readFileSync(`${root}/playbooks/${file}`, 'utf8') })),
    )
    expect(problems).toEqual([])
    expect(playbooks.map((playbook) => `${playbook.name}.yaml`)).toEqual(files)
  })
})

describe('the JSON Schema for editors', () => {
  it('is the one that the parser checks by', () => {
    const checkedIn: unknown = JSON.parse(readFileSync(`${root}/docs/schema/playbook.schema.json`, 'utf8'))
    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(playbookJsonSchema())))
  })
})
