import { describe, expect, it } from '@jest/globals'
import { SOUND, makeFolder, mistakesIn } from './config-folder.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const OAUTH = {
  SLACK_CLIENT_ID: '1.2',
  SLACK_CLIENT_SECRET: 'a-client-secret',
  SLACK_TOKEN_KEY: KEY,
  SLACK_SIGNING_SECRET: 'a-signing-secret',
}
const SETTINGS = `server: { publicUrl: https://countersign.example.com }
slack: { channel: C1, team: T1, routes: [{ channel: C2, team: T2 }], workspaces: [E1] }
`
const mistakes = async (variables: Record<string, string>, settings = SETTINGS) =>
  mistakesIn(await makeFolder({ ...SOUND, 'countersign.yaml': settings }), variables)

describe('Slack through OAuth', () => {
  it('is sound with all that it needs, one key or two, over HTTP or a socket', async () => {
    const { SLACK_SIGNING_SECRET: _secret, ...rest } = OAUTH

    expect(await mistakes(OAUTH)).toEqual([])
    expect(await mistakes({ ...OAUTH, SLACK_TOKEN_KEY: `${KEY}, ${Buffer.alloc(32, 8).toString('base64')}` })).toEqual(
      [],
    )
    expect(await mistakes({ ...rest, SLACK_APP_TOKEN: 'xapp-1' })).toEqual([])
  })

  it.each(['SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY', 'SLACK_SIGNING_SECRET', 'SLACK_CLIENT_ID'] as const)(
    'misses %s',
    async (name) => {
      const { [name]: _left, ...rest } = OAUTH

      expect((await mistakes(rest)).join('\n')).toMatch(
        name === 'SLACK_CLIENT_ID'
          ? /SLACK_(CLIENT_ID|BOT_TOKEN): found nothing/
          : new RegExp(`${name}: found nothing`),
      )
    },
  )

  it('cannot stand beside a token of its own', async () => {
    expect(await mistakes({ ...OAUTH, SLACK_BOT_TOKEN: 'xoxb-1' })).toEqual([
      'environment:SLACK_BOT_TOKEN: found both ways to install the app; expected either SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID for installations through OAuth',
    ])
  })

  it.each([
    ['too short', Buffer.alloc(16).toString('base64')],
    ['no base64', 'x'.repeat(44)],
    ['in hex', Buffer.alloc(32).toString('hex')],
    ['three', [KEY, KEY, KEY].join(',')],
    ['one good and one bad', `${KEY},bad`],
  ])('takes no key that is %s, and never repeats it', async (_what, key) => {
    const found = await mistakes({ ...OAUTH, SLACK_TOKEN_KEY: key })

    expect(found).toHaveLength(1)
    expect(found[0]).toContain('SLACK_TOKEN_KEY: found a value that does not fit; expected 32 bytes in base64')
    expect(found[0]).not.toContain(key)
  })

  it('needs an address that Slack leads back to, and a channel', async () => {
    expect(await mistakes(OAUTH, 'mode: assist\n')).toEqual([
      'countersign.yaml:slack: found nothing; expected slack: { channel: C… }, since SLACK_CLIENT_ID is set',
      'countersign.yaml:server.publicUrl: found nothing; expected server: { publicUrl: https://… }, since SLACK_CLIENT_ID is set',
    ])
  })

  it('takes ids of workspaces and organisations, and no names', async () => {
    const found = await mistakes(OAUTH, SETTINGS.replace('team: T1', 'team: example-bank').replace('[E1]', '[Bank]'))

    expect(found).toHaveLength(2)
    expect(found.join('\n')).toContain('an id such as T0123456789')
  })
})
