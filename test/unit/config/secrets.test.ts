import { describe, expect, it } from '@jest/globals'
import { SOUND, addFile, makeFolder, mistakesIn } from './config-folder.ts'

/** Made up, and taken apart so that no scanner takes this file for the place where they leaked. */
const SECRETS = [
  ['a Slack token', ['xo', 'xb-1234567890-abcdefghij'].join('')],
  ['a Slack token', ['xa', 'pp-1-A0000-abcdefghij'].join('')],
  ['a private key', ['-----BEGIN ', 'PRIVATE KEY-----'].join('')],
  ['a private key', ['-----BEGIN OPENSSH ', 'PRIVATE KEY-----'].join('')],
  ['an AWS access key', ['AK', 'IAABCDEFGHIJKLMNOP'].join('')],
  ['a GitHub token', ['gh', 'p_abcdefghijklmnopqrstuvwxyz0123456789'].join('')],
  ['a JSON Web Token', ['ey', 'JhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl'].join('')],
  ['an API key', ['s', 'k-proj-abcdefghijklmnop'].join('')],
  ['a Slack webhook address', ['https://hooks.slack', '.com/services/T0001/B0001/abcdefgh'].join('')],
  ['a password in an address', ['postgres://countersign:', 'hunter2secret@db.example:5432/x'].join('')],
] as const

describe('in countersign.yaml', () => {
  it.each(SECRETS)('%s is refused and not repeated', async (shape, secret) => {
    const folder = await makeFolder({
      ...SOUND,
      'countersign.yaml': `mode: assist\nserver: { publicUrl: "${secret}" }\n`,
    })

    const mistakes = await mistakesIn(folder)

    expect(mistakes[0]).toBe(`countersign.yaml:2:1: found ${shape}; expected secrets in the environment only`)
    expect(mistakes.join('\n')).not.toContain(secret)
  })

  it.each([
    'slack_signing_secret: abc',
    'slack: { channel: C1, token: abc123 }',
    'apiKey: "abc"',
    'database_password: hunter2',
    "openai: {'api_key': abc}",
  ])('a key that is named after a secret is refused: %s', async (line) => {
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': `${line}\n` })

    const mistakes = await mistakesIn(folder)

    expect(mistakes[0]).toBe('countersign.yaml:1:1: found a secret; expected secrets in the environment only')
    expect(mistakes.join('\n')).not.toMatch(/abc|hunter2/)
  })

  it('a secret in a comment is one as well, and the word alone is none', async () => {
    const [, secret] = SECRETS[0]
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': `# token: see the environment\n# ${secret}\n` })

    expect(await mistakesIn(folder)).toEqual([
      'countersign.yaml:2:1: found a Slack token; expected secrets in the environment only',
    ])
  })
})

describe('in the other files', () => {
  const places = [
    ['people.yaml', (secret: string) => `people:\n  - { id: "${secret}", name: Ana, roles: [approver] }\n`],
    ['catalog/extra.yaml', (secret: string) => `apiVersion: v1\nkind: API\nspec: { definition: "${secret}" }\n`],
    [
      'playbooks/tell.yaml',
      (secret: string) => SOUND['playbooks/tell.yaml'].replace("text: 'hello'", `text: '${secret}'`),
    ],
    [
      'policies/more.cedar',
      (secret: string) => `// ${secret}\n${SOUND['policies/all.cedar'].replace('"all"', '"more"')}`,
    ],
  ] as const

  it.each(places)('%s is searched for them too', async (name, textWith) => {
    const [shape, secret] = SECRETS[0]
    const folder = await makeFolder(SOUND)
    await addFile(folder, name, textWith(secret))

    const mistakes = await mistakesIn(folder)

    expect(mistakes.filter((mistake) => mistake.includes(`found ${shape}; expected secrets`))).toHaveLength(1)
    expect(mistakes.join('\n')).not.toContain(secret)
  })

  it.each(places)('%s without one is taken', async (name, textWith) => {
    const folder = await makeFolder(SOUND)
    await addFile(folder, name, textWith('nothing-to-hide'))

    expect(await mistakesIn(folder)).toEqual([])
  })
})

describe('in the environment', () => {
  it('values are never repeated, whatever is wrong with them', async () => {
    const variables = {
      DATABASE_URL: 'mysql://root:hunter2@db.example/x',
      DATABASE_ADMIN_URL: 'postgres://db.example/no-user-hunter2',
      ARGOCD_SERVER: 'https://me:hunter2@argocd.example.com',
      OPENAI_BASE_URL: 'ftp://hunter2',
      SLACK_SIGNING_SECRET: 'hunter2a,hunter2b,hunter2c',
      PORT: 'hunter2',
    }

    const mistakes = await mistakesIn(await makeFolder(SOUND), variables)

    expect(mistakes.length).toBeGreaterThanOrEqual(6)
    expect(mistakes.join('\n')).not.toContain('hunter2')
  })
})
