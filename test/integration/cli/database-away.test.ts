import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { openInstallation, runHere } from '../operations/installation.ts'
import type { Installation } from '../operations/installation.ts'

let installation: Installation
beforeAll(async () => {
  installation = await openInstallation()
})
afterAll(() => installation.close())

describe('a command whose database is away', () => {
  it.each([
    [['migrate']],
    [['freeze', 'all', '1h', 'a', 'test']],
    [['playbook', 'plan', 'tell-twice', '--incident', 'INC-1']],
    [['audit', 'export', '--out', 'audit.jsonl']],
  ])('%j says which, as whom and why, without a password and without a stack', async (words) => {
    const away = { ...installation.variables, DATABASE_URL: 'postgres://app:hidden-word@127.0.0.1:1/shop' }

    const { exitCode, complained } = await runHere(
      words.map((word) => (word === 'audit.jsonl' ? join(installation.folder, word) : word)),
      away,
    )

    expect(exitCode).toBe(1)
    expect(complained).toMatch(/^The database shop at 127.0.0.1:1 as app cannot be used: connect ECONNREFUSED/)
    expect(complained).not.toContain('hidden-word')
    expect(complained).not.toMatch(/^ {4}at /m)
  })

  it.each([['doctor'], ['migrate'], ['playbook list'], ['serve']])(
    '%s with a wrong configuration ends with 2 and every mistake, before anything is opened',
    async (line) => {
      const wrong = { ...installation.variables, PORT: 'many', DATABASE_URL: 'mysql://root@127.0.0.1/x' }

      const { exitCode, complained, printed } = await runHere(line.split(' '), wrong)

      expect(exitCode).toBe(2)
      expect(complained).toContain('environment:PORT')
      expect(complained).toContain('environment:DATABASE_URL: found a value that does not fit; expected an address')
      expect(printed).toBe('')
    },
  )
})
