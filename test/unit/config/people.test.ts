import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { loadPeople } from '../../../src/config/load-people.ts'
import { openDirectory } from '../../../src/config/open-directory.ts'
import { makeFolder } from './config-folder.ts'
import type { Logger } from '../../../src/kernel/logger.ts'
import type { OpenDirectory } from '../../../src/config/open-directory.ts'

async function mistakesIn(text: string): Promise<readonly string[]> {
  const folder = await makeFolder({ 'people.yaml': text })
  const { problems } = await loadPeople(join(folder, 'people.yaml'))
  return problems.map(({ at, found, expected }) => `${at}: ${found}; ${expected}`)
}

describe('two people behind one account', () => {
  it.each([
    ['the Slack account T1/U1', 'slack: { team: T1, user: U1 }', 'slack: { team: T1, user: U1 }'],
    ['the Teams account t-1/u-1', 'teams: { tenant: t-1, user: u-1 }', 'teams: { tenant: t-1, user: u-1 }'],
    ['the Teams account T-1/U-1', 'teams: { tenant: t-1, user: u-1 }', 'teams: { tenant: T-1, user: U-1 }'],
  ])('%s twice is refused', async (name, first, second) => {
    const mistakes = await mistakesIn(
      `people:\n  - { id: ana, name: Ana, ${first} }\n  - { id: ben, name: Ben, ${second} }\n`,
    )

    expect(mistakes).toEqual([`3:5: ${name}, which entry 1 has as well; each id and each account once`])
  })

  it('one user id in two workspaces is two accounts', async () => {
    const mistakes = await mistakesIn(
      'people:\n  - { id: ana, name: Ana, slack: { team: T1, user: U1 } }\n  - { id: ben, name: Ben, slack: { team: T2, user: U1 } }\n',
    )

    expect(mistakes).toEqual([])
  })
})

describe('ids', () => {
  it.each(['ana', 'ANA', ' ana', '\u0430na', 'an\u200Ba', '\uFF41na'])(
    '%j beside ana would be one person who counts as two',
    async (second) => {
      const mistakes = await mistakesIn(`people:\n  - { id: ana, name: Ana }\n  - { id: '${second}', name: Anna }\n`)

      expect(mistakes).toEqual([`3:5: the id ${second}, which entry 1 has as well; each id and each account once`])
    },
  )

  it.each([
    ['slack: { team: T1, user: \u0421123 }', 'slack.user', 'an id such as U0123456789'],
    ['slack: { team: t1, user: U1 }', 'slack.team', 'an id such as T0123456789'],
    ['slack: { team: T1, user: "@ana" }', 'slack.user', 'an id such as U0123456789'],
  ])('%s is no account: names and look-alikes are nobody', async (account, _at, expected) => {
    const mistakes = await mistakesIn(`people:\n  - { id: ana, name: Ana, ${account} }\n`)

    expect(mistakes).toHaveLength(1)
    expect(mistakes[0]).toContain(expected)
  })

  it.each(['countersign', 'Countersign', 'c\u043Euntersign', 'api', 'cli'])(
    '%s is what Countersign signs as',
    async (id) => {
      expect(await mistakesIn(`people:\n  - { id: ${id}, name: Ana, roles: [approver] }\n`)).toEqual([
        `2:5: the id ${id}, which is Countersign's own; the id of a person`,
      ])
    },
  )
})

describe('the directory, while the service runs', () => {
  let directory: OpenDirectory | undefined
  afterEach(() => directory?.close())

  const APPROVER = 'people:\n  - { id: ana, name: Ana, slack: { team: T1, user: U1 }, roles: [responder, approver] }\n'
  const REVOKED = APPROVER.replace(', approver', '')

  async function open(text: string) {
    const lines: { readonly level: string; readonly text: string; readonly fields: unknown }[] = []
    const note = (level: string) => (fields: unknown, said: string) => {
      lines.push({ level, text: said, fields })
    }
    const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') } as Logger
    const file = join(await makeFolder({ 'people.yaml': text }), 'people.yaml')
    directory = openDirectory(file, (await loadPeople(file)).people, log)
    return { file, lines, open: directory, rolesOfAna: () => directory?.findById('ana')?.roles }
  }

  it('lets a revoked role count after the next reading', async () => {
    const { file, open: opened, rolesOfAna, lines } = await open(APPROVER)

    await writeFile(file, REVOKED)
    const before = rolesOfAna()
    await opened.refresh()

    expect(before).toEqual(['responder', 'approver'])
    expect(rolesOfAna()).toEqual(['responder'])
    expect(opened.findByAccount({ surface: 'slack', tenant: 'T1', user: 'U1', displayName: 'Mallory' })?.id).toBe('ana')
    expect(lines).toEqual([])
  })

  it.each([
    ['is gone', (file: string) => rm(file), 'the file is gone'],
    ['is half written', (file: string) => writeFile(file, APPROVER.slice(0, 40)), 'expected valid YAML'],
    ['has a wrong role', (file: string) => writeFile(file, REVOKED.replace('responder', 'king')), 'found "king"'],
    [
      'has one account twice',
      (file: string) =>
        writeFile(file, `${REVOKED}  - { id: eve, name: Eve, slack: { team: T1, user: U1 }, roles: [approver] }\n`),
      'which entry 1 has as well',
    ],
  ])('changes nothing when the file %s, and says so once', async (_what, spoil, said) => {
    const { file, open: opened, rolesOfAna, lines } = await open(APPROVER)

    await spoil(file)
    await opened.refresh()
    await opened.refresh()
    const meanwhile = rolesOfAna()
    await writeFile(file, REVOKED)
    await opened.refresh()

    expect(meanwhile).toEqual(['responder', 'approver'])
    expect(rolesOfAna()).toEqual(['responder'])
    expect(lines.map(({ level }) => level)).toEqual(['error', 'info'])
    expect(JSON.stringify(lines[0])).toContain(said.replaceAll('"', '\\"'))
  })

  it('follows a list that names nobody any more: then nobody approves', async () => {
    const { file, open: opened } = await open(APPROVER)

    await writeFile(file, 'people: []\n')
    await opened.refresh()

    expect(opened.list()).toEqual([])
  })
})
