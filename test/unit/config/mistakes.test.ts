import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { PLAYBOOK, SOUND, addFile, load, makeFolder, mistakesIn } from './config-folder.ts'

describe('a configuration with mistakes in every file', () => {
  const wrong = {
    ...SOUND,
    'countersign.yaml': 'mode: asist\nplaybook: ./playbooks\napprovals:\n  ttl: 15\n',
    'people.yaml': 'people:\n  - { id: ana, name: Ana, roles: [aprover] }\n  - { name: Ben, roles: [approver] }\n',
    'catalog/shop.yaml': `${SOUND['catalog/shop.yaml']}---\n${SOUND['catalog/shop.yaml']}`,
    'playbooks/tell.yaml': PLAYBOOK.replace('chat/post', 'chat/shout').replace('owner: platform-team', 'owner: 5'),
    'policies/all.cedar': 'permit (principal, action, resource)\n',
  }

  it('is refused with every one of them, each with file, line and column, what was found and what is expected', async () => {
    const mistakes = await mistakesIn(await makeFolder(wrong), { PORT: 'many', SLACK_APP_TOKEN: 'xapp-1' })

    expect(mistakes).toEqual([
      'environment:PORT: found a value that does not fit; expected number',
      'environment:SLACK_BOT_TOKEN: found nothing; expected a value, since SLACK_APP_TOKEN is set',
      'countersign.yaml:1:1 (mode): found "asist"; expected one of "observe"|"assist"|"act"',
      'countersign.yaml:4:3 (approvals.ttl): found 15; expected a duration such as 90s, 15m or 2h',
      'countersign.yaml:2:1: found the unknown key "playbook"; expected only keys that are documented',
      'catalog/shop.yaml:8:13: found a second Component named checkout; the first is in ./catalog/shop.yaml:3:13; expected each name once',
      'people.yaml:2:35 (people.0.roles.0): found "aprover"; expected one of "responder"|"approver"|"commander"|"auditor"|"admin"',
      'people.yaml:3:5 (people.1.id): found nothing; expected string',
      'playbooks/tell.yaml:3:58 (metadata.owner): found 5; expected string',
      expect.stringMatching(
        /^playbooks\/tell.yaml:7:\d+ .*found "chat\/shout"; expected one of the actions argocd\/sync/,
      ),
      expect.stringMatching(/^policies\/all.cedar:1:37: found unexpected end of input; expected valid Cedar/),
    ])
  })

  it('loads once each of them is mended', async () => {
    expect(await mistakesIn(await makeFolder(SOUND))).toEqual([])
  })

  it('says in one message how many there are, one a line', async () => {
    const folder = await makeFolder(wrong)

    await expect(load(folder)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/^The configuration has 9 mistake\(s\):(\n {2}\/.+: found .+; expected .+){9}$/),
    })
  })
})

describe('a file that cannot be read as it should', () => {
  it.each(['people.yaml', 'countersign.yaml'])('%s as a folder is a mistake in words', async (name) => {
    const folder = await makeFolder(SOUND)
    await rm(join(folder, name))
    await mkdir(join(folder, name))

    expect(await mistakesIn(folder)).toEqual([`${name}: found a folder; expected a file`])
  })

  it.each(['policies', 'playbooks', 'catalog'])('%s as a file is a mistake in words', async (name) => {
    const folder = await makeFolder(SOUND)
    await rm(join(folder, name), { recursive: true })
    await writeFile(join(folder, name), 'x')

    expect(await mistakesIn(folder)).toEqual([`${name}: found a file; expected a folder`])
  })

  it('a policy that is a link to nothing is not passed over', async () => {
    const folder = await makeFolder(SOUND)
    await symlink('/nowhere/forbid.cedar', join(folder, 'policies', 'forbid.cedar'))

    expect(await mistakesIn(folder)).toEqual([
      'policies/forbid.cedar: found a link to nothing; expected a file that this process may read',
    ])
  })

  it('folders that link to themselves end', async () => {
    const folder = await makeFolder(SOUND)
    await symlink(join(folder, 'playbooks'), join(folder, 'playbooks', 'again'))

    const mistakes = await mistakesIn(folder)

    expect(mistakes.length).toBeGreaterThan(0)
    expect(mistakes.join('\n')).toMatch(/folders within folders|links that lead in a circle|which .* has as well/)
  })

  it('bytes that are not UTF-8 are a mistake in words', async () => {
    const folder = await makeFolder(SOUND)
    await writeFile(join(folder, 'playbooks', 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]))

    expect(await mistakesIn(folder)).toEqual([
      'playbooks/latin.yaml: found bytes that are not UTF-8; expected a file in UTF-8 that this process may read',
    ])
  })

  it('an alias that grows a few bytes to gigabytes is a mistake in words', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${'abcdefgh'.slice(index, index + 1).padStart(1)}]`)
      .join('\n')}`
    const grown = bomb.replace(/&(\w) \[(\w)\]/g, (_, name: string, before: string) => {
      return `&${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`
    })
    const folder = await makeFolder({ ...SOUND, 'playbooks/bomb.yaml': grown })

    expect((await mistakesIn(folder)).join('\n')).toContain('expected at most 50 uses of an alias')
  })

  it.each(['countersign.yaml', 'people.yaml'])('what stands after --- in %s is not passed over', async (name) => {
    const folder = await makeFolder(SOUND)
    await addFile(folder, name, `${SOUND[name as keyof typeof SOUND]}---\nmode: act\n`)

    expect(await mistakesIn(folder)).toEqual([`${name}: found a second document, after ---; expected one document`])
  })
})

describe('where files are looked for', () => {
  it('is relative to countersign.yaml, wherever the process stands', async () => {
    const folder = await makeFolder()
    for (const [name, text] of Object.entries(SOUND)) await addFile(folder, `etc/${name}`, text)
    await addFile(folder, 'etc/countersign.yaml', 'people: ./people.yaml\naudit: { checkpoints: ../proof }\n')

    const config = await load(folder, { COUNTERSIGN_CONFIG: 'etc/countersign.yaml' })

    expect(config.people.map(({ id }) => id)).toEqual(['ana@bank.example'])
    expect(config.playbooks.map(({ name }) => name)).toEqual(['tell-channel'])
    expect(config.peopleFile).toBe(join(folder, 'etc', 'people.yaml'))
    expect(config.checkpointFolder).toBe(join(folder, 'proof'))
    expect(config.dataFolder).toBe(join(folder, '.countersign'))
  })

  it('--config goes before COUNTERSIGN_CONFIG', async () => {
    const folder = await makeFolder({ ...SOUND, 'other.yaml': 'mode: act\n' })

    expect((await load(folder, { COUNTERSIGN_CONFIG: 'nowhere.yaml' }, 'other.yaml')).settings.mode).toBe('act')
  })

  it('a file that is named has to be there', async () => {
    const folder = await makeFolder(SOUND)

    expect(await mistakesIn(folder, { COUNTERSIGN_CONFIG: 'nowhere.yaml' })).toEqual([
      'nowhere.yaml: found no such file; expected the configuration that --config or COUNTERSIGN_CONFIG names',
    ])
    expect(await mistakesIn(folder, { COUNTERSIGN_CONFIG: '' })).toEqual([])
  })

  it('without countersign.yaml the defaults hold', async () => {
    const { 'countersign.yaml': _absent, ...rest } = SOUND
    const config = await load(await makeFolder(rest))

    expect(config.settings).toMatchObject({
      mode: 'assist',
      grouping: { window: 300_000 },
      intake: { maxBody: 1048576 },
    })
    expect(config.environment).toMatchObject({ PORT: 3000, HOST: '127.0.0.1' })
    expect(config.environment.DATABASE_URL).toBeUndefined()
  })

  it.each(['catalog', 'playbooks'])('a folder %s that the file names has to be there', async (name) => {
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': `${name}: ./typo\n` })

    expect(await mistakesIn(folder)).toEqual([`countersign.yaml:${name}: found no folder ./typo; expected a folder`])
  })

  it('files that Kubernetes mounts as links are read, each once', async () => {
    const folder = await makeFolder(SOUND)
    await rm(join(folder, 'playbooks'), { recursive: true })
    await addFile(folder, 'playbooks/..2026_11_21/tell.yaml', PLAYBOOK)
    await symlink('..2026_11_21', join(folder, 'playbooks', '..data'))
    await symlink('..data/tell.yaml', join(folder, 'playbooks', 'tell.yaml'))

    expect((await load(folder)).playbooks.map(({ file }) => file)).toEqual([join(folder, 'playbooks', 'tell.yaml')])
  })
})

describe('one mistake in countersign.yaml', () => {
  it('does not hide those of the files that it names', async () => {
    const folder = await makeFolder({
      ...SOUND,
      'countersign.yaml': 'playbooks: ./books\nintake: { maxBody: 1GB }\n',
      'books/wrong.yaml': 'kind: Playbook\n',
    })

    const mistakes = await mistakesIn(folder)

    expect(mistakes[0]).toBe(
      'countersign.yaml:2:11 (intake.maxBody): found "1GB"; expected a size such as 512KiB or 1MiB',
    )
    expect(mistakes.slice(1).every((mistake) => mistake.startsWith('books/wrong.yaml:'))).toBe(true)
    expect(mistakes.length).toBeGreaterThan(2)
  })

  it('does not make up others: nobody knows where people and policies would be', async () => {
    const folder = await makeFolder({ 'countersign.yaml': 'people: [\n' })

    const mistakes = await mistakesIn(folder)

    expect(mistakes).toHaveLength(1)
    expect(mistakes[0]).toMatch(/^countersign.yaml:2:1: found .*; expected valid YAML$/)
  })
})
