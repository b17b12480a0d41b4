import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { SlackDriver, signJson } from '../../fakes/slack/slack-driver.ts'
import { commandFields } from '../../fakes/slack/payloads.ts'
import { openHouse } from '../../support/house.ts'
import { startFakeSlack } from '../../fakes/slack/fake-slack.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { House } from '../../support/house.ts'
import type { Logger } from '../../../src/kernel/logger.ts'

const SECRET = 'signing-secret-0001'
const CLIENT_SECRET = 'client-secret-canary-0001'
const OLD_KEY = randomBytes(32).toString('base64')
const NEW_KEY = randomBytes(32).toString('base64')
const ANA = { team: 'T0001', user: 'U1', name: 'ana' }
const BEN = { team: 'T0002', user: 'U2', name: 'ben' }
const PEOPLE = `people:
  - { id: ana, name: Ana, roles: [responder, approver], slack: { team: T0001, user: U1 } }
  - { id: ben, name: Ben, roles: [responder, approver], slack: { team: T0002, user: U2 } }
`
const SETTINGS = `server: { publicUrl: https://countersign.example.com }
slack: { channel: C0001, team: T0001, routes: [{ owner: team-pay, channel: C0002, team: T0002 }], workspaces: [E0001] }`

let fake: FakeSlack
let house: House
let houses: House[]
let url: string
let database: Client
let lines: string[]

beforeEach(async () => {
  fake = await startFakeSlack({ botToken: 'xoxb-of-nobody' })
  lines = []
  houses = []
  await serve(OLD_KEY)
  database = new Client({ connectionString: house.database.url })
  await database.connect()
})
afterEach(async () => {
  await database.end()
  for (const each of houses.toReversed()) await each.close()
  await fake.close()
})

async function serve(keys: string, databaseUrl?: string) {
  const write = (fields: object, message: string) => void lines.push(`${message} ${inspect(fields, { depth: 12 })}`)
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log }
  house = await openHouse({
    people: PEOPLE,
    settings: SETTINGS,
    log,
    environment: {
      SLACK_CLIENT_ID: '111.222',
      SLACK_CLIENT_SECRET: CLIENT_SECRET,
      SLACK_TOKEN_KEY: keys,
      SLACK_SIGNING_SECRET: SECRET,
      SLACK_API_URL: fake.apiUrl,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    },
  })
  houses.push(house)
  url = (await house.serve()).url
}

const tokenOf = (id: string) => `xoxb-canary-${id}-secret`
const grantOf = (id: string, more: object = {}) => ({
  app_id: 'A0001',
  token_type: 'bot',
  access_token: tokenOf(id),
  scope: 'chat:write',
  bot_user_id: 'UBOT',
  authed_user: { id: 'U1' },
  team: { id, name: `Bank ${id}` },
  enterprise: null,
  is_enterprise_install: false,
  ...more,
})
const ORGANISATION = {
  team: null,
  enterprise: { id: 'E0001', name: 'The Group' },
  is_enterprise_install: true,
}

/** The browser's side: the redirect to Slack, with the cookie that belongs to it. */
async function begin() {
  const answer = await fetch(`${url}/slack/install`, { redirect: 'manual' })
  const location = new URL(answer.headers.get('location') ?? '')
  const cookie = answer.headers.get('set-cookie') ?? ''
  return { answer, location, cookie, state: location.searchParams.get('state') ?? '', jar: cookie.split(';')[0] ?? '' }
}

async function finish(query: Record<string, string>, cookie?: string) {
  const headers = cookie === undefined ? {} : { cookie }
  const answer = await fetch(`${url}/slack/oauth_redirect?${new URLSearchParams(query).toString()}`, {
    headers,
    redirect: 'manual',
  })
  const text = await answer.text()
  const code = answer.status === 200 ? 'installed' : (JSON.parse(text) as { code: string }).code
  return { status: answer.status, code, text, cookie: answer.headers.get('set-cookie') ?? '' }
}

async function install(id: string, more: object = {}) {
  const { state, jar } = await begin()
  fake.grants.set(`code-${id}`, grantOf(id, more))
  return finish({ code: `code-${id}`, state }, jar)
}

async function rows(): Promise<{ id: string; is_organisation: boolean; key_id: string; sealed: Buffer }[]> {
  return (await database.query('SELECT * FROM slack_installations ORDER BY id')).rows as never
}
const audited = async () =>
  (
    await database.query(
      `SELECT convert_from(bytes, 'UTF8')::jsonb AS leaf FROM audit_leaves WHERE event = 'credential.changed' ORDER BY id`,
    )
  ).rows.map(({ leaf }: { leaf: { target: { resource: string }; details: Record<string, unknown> } }) => [
    leaf.target.resource,
    leaf.details['change'],
    leaf.details['by'],
  ])
const driver = () => new SlackDriver(`${url}/slack/events`, SECRET, fake)
const event = (type: string, team: string, more: object = {}) =>
  driver().send(
    signJson(
      SECRET,
      JSON.stringify({
        type: 'event_callback',
        team_id: team,
        event_id: `Ev${randomBytes(6).toString('hex')}`,
        event: { type, ...more },
      }),
    ),
  )

describe('installing through OAuth', () => {
  it('leads to Slack with our scopes, a signed state, and a cookie of this browser alone', async () => {
    const { answer, location, cookie, state } = await begin()

    expect(answer.status).toBe(302)
    expect(`${location.origin}${location.pathname}`).toBe(`${fake.origin}/oauth/v2/authorize`)
    expect(location.searchParams.get('client_id')).toBe('111.222')
    expect(location.searchParams.get('redirect_uri')).toBe('https://countersign.example.com/slack/oauth_redirect')
    expect(location.searchParams.get('scope')).toContain('chat:write')
    expect(cookie).toMatch(
      /^__Host-countersign-slack-install=.+; Secure; HttpOnly; Path=\/; Max-Age=600; SameSite=Lax$/,
    )
    expect(cookie).toContain(state)
  })

  it('keeps the token sealed, on the record, and answers its people from then on', async () => {
    expect((await driver().command(ANA, 'list')).status).toBe(401)

    expect(await install('T0001')).toMatchObject({ status: 200, text: expect.stringContaining('Bank T0001') })

    expect(await rows()).toMatchObject([
      { id: 'T0001', is_organisation: false, key_id: expect.stringMatching(/^[0-9a-f]{12}$/) },
    ])
    expect(await audited()).toEqual([['installation:T0001', 'installed', 'U1']])
    expect((await driver().command(ANA, 'list')).status).toBe(200)
    await waitUntil('it is answered', () => fake.shownTo('U1').length === 1)
    expect(fake.callsOf('users.info').map(({ home }) => home)).toEqual(['T0001'])
  })

  it('uses the token of the workspace that speaks, and judges its people by it', async () => {
    await install('T0001')
    await install('T0002')
    fake.users.set('U2', { team_id: 'T0002' })

    await driver().command(ANA, 'help')
    await driver().command(BEN, 'help')

    await waitUntil('both are answered', () => fake.shownTo('U1').length + fake.shownTo('U2').length === 2)
    expect(fake.callsOf('users.info').map(({ home, args }) => [args['user'], home])).toEqual([
      ['U1', 'T0001'],
      ['U2', 'T0002'],
    ])
    expect(JSON.stringify(fake.shownTo('U2'))).not.toContain('says that your account')
  })

  it('posts each card with the token of the workspace that its route names', async () => {
    await install('T0001')
    await install('T0002')

    await driver().command(ANA, 'declare SEV2 Payments fail on payments')
    await driver().command(ANA, 'declare SEV2 Checkout fails on checkout')

    // One of them may have answers below it before the other is there.
    await waitUntil('both cards are there', () =>
      ['C0001', 'C0002'].every((channel) => fake.messagesIn(channel).length > 0),
    )
    const posts = fake.callsOf('chat.postMessage').filter(({ args }) => String(args['channel']).startsWith('C'))
    expect(new Set(posts.map(({ args, home }) => `${String(args['channel'])} ${home ?? ''}`))).toEqual(
      new Set(['C0001 T0001', 'C0002 T0002']),
    )
  })

  it('serves every workspace of an organisation that installed it for all', async () => {
    expect(await install('E0001', ORGANISATION)).toMatchObject({ status: 200 })
    expect(await rows()).toMatchObject([{ id: 'E0001', is_organisation: true }])
    fake.users.set('U1', { enterprise_user: { enterprise_id: 'E0001', teams: ['T0001'] } })

    const fields = commandFields(ANA, 'list', {
      channel: 'C0001',
      responseUrl: fake.issueResponseUrl('U1'),
      triggerId: fake.issueTrigger(),
    })
    const inGrid = { ...fields, enterprise_id: 'E0001', is_enterprise_install: 'true' }
    const answer = await driver().sendForm(inGrid)

    expect(answer.status).toBe(200)
    await waitUntil('it is answered', () => fake.shownTo('U1').length === 1)
    expect(JSON.stringify(fake.shownTo('U1'))).not.toContain('says that your account')
    expect(fake.callsOf('users.info').map(({ home }) => home)).toEqual(['E0001'])
  })
})

describe('an installation that does not count', () => {
  it.each([
    ['without the cookie', (state: string) => finish({ code: 'code-T0001', state })],
    [
      'with the cookie of another browser',
      async (state: string) => finish({ code: 'code-T0001', state }, (await begin()).jar),
    ],
    ['without a state', (_state: string, jar: string) => finish({ code: 'code-T0001' }, jar)],
    [
      'with a state of its own',
      (_state: string) => finish({ code: 'code-T0001', state: 'x' }, '__Host-countersign-slack-install=x'),
    ],
    [
      'with a state whose time was changed',
      (state: string) => {
        const later = state.replace(/^\d{10}/, (seconds) => String(Number(seconds) + 60))
        return finish({ code: 'code-T0001', state: later }, `__Host-countersign-slack-install=${later}`)
      },
    ],
  ])('is refused %s, and nothing is kept', async (_how, attempt) => {
    const { state, jar } = await begin()
    fake.grants.set('code-T0001', grantOf('T0001'))

    const answer = await attempt(state, jar)

    expect(answer).toMatchObject({ status: 400, code: 'invalid_state' })
    expect(await rows()).toEqual([])
    expect(fake.callsOf('oauth.v2.access')).toEqual([])
  })

  it('is kept when nothing is wrong with it (the twin), and the cookie is taken back', async () => {
    const { state, jar } = await begin()
    fake.grants.set('code-T0001', grantOf('T0001'))

    const answer = await finish({ code: 'code-T0001', state }, jar)

    expect(answer).toMatchObject({ status: 200 })
    expect(answer.cookie).toMatch(/=deleted;/)
    expect(await rows()).toHaveLength(1)
  })

  it('is refused the second time: a state works once, also at the same moment', async () => {
    const { state, jar } = await begin()
    const codes = ['code-1', 'code-2', 'code-3']
    for (const code of codes) fake.grants.set(code, grantOf('T0001'))

    const answers = await Promise.all(codes.map((code) => finish({ code, state }, jar)))

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400])
    expect(fake.callsOf('oauth.v2.access')).toHaveLength(1)
  })

  it.each([
    ['was cancelled', { error: 'access_denied' }, 'access_denied'],
    ['brings no code', {}, 'missing_code'],
    ['brings a code that Slack does not know', { code: 'made-up' }, 'not_exchanged'],
  ])('is refused when it %s', async (_what, query, code) => {
    const { state, jar } = await begin()

    expect(await finish({ ...query, state }, jar)).toMatchObject({ status: 400, code })
    expect(await rows()).toEqual([])
  })

  it('of a workspace that nobody of ours is in is refused, and its token given back', async () => {
    expect(await install('T0666')).toMatchObject({ status: 403, code: 'not_listed' })

    expect(await rows()).toEqual([])
    expect(fake.callsOf('auth.revoke').map(({ home }) => home)).toEqual(['T0666'])
    expect(await audited()).toEqual([])
  })

  it('with tokens that rotate is refused with what to do', async () => {
    const rotating = { refresh_token: 'xoxe-1-canary', expires_in: 43_200 }

    expect(await install('T0001', rotating)).toMatchObject({ status: 400, code: 'token_rotation' })
    expect(await rows()).toEqual([])
  })
})

describe('an installation that ends', () => {
  it.each([
    ['app_uninstalled', {}],
    ['tokens_revoked', { tokens: { oauth: [], bot: ['UBOT'] } }],
  ])('by %s is deleted, on the record, and its people are unknown', async (type, more) => {
    await install('T0001')
    await install('T0002')

    expect((await event(type, 'T0001', more)).status).toBe(200)

    await waitUntil('it is gone', async () => (await rows()).length === 1)
    expect(await rows()).toMatchObject([{ id: 'T0002' }])
    expect((await audited()).at(-1)).toEqual(['installation:T0001', 'removed', type])
    expect((await driver().command(ANA, 'list')).status).toBe(401)
    expect((await event(type, 'T0001', more)).status).toBe(200)
  })

  it('stays when only a person’s token was revoked, or one workspace left its organisation', async () => {
    await install('T0001')
    await install('E0001', ORGANISATION)

    await event('tokens_revoked', 'T0001', { tokens: { oauth: ['U1'], bot: [] } })
    await event('app_uninstalled', 'T0009')
    await install('T0002')

    expect((await rows()).map(({ id }) => id)).toEqual(['E0001', 'T0001', 'T0002'])
  })

  it('is not ended by who is not Slack', async () => {
    await install('T0001')
    const body = JSON.stringify({
      type: 'event_callback',
      team_id: 'T0001',
      event_id: 'Ev1',
      event: { type: 'app_uninstalled' },
    })

    expect((await driver().send(signJson('another-secret', body))).status).toBe(401)
    expect(await rows()).toHaveLength(1)
  })
})

describe('T43: tokens', () => {
  it('stand in no log line, no audit leaf and no column of the database, whatever happens', async () => {
    await install('T0001')
    await install('T0666')
    await install('T0002', { refresh_token: 'xoxe-1-canary' })
    fake.failNext('oauth.v2.access', { kind: 'html' }, { kind: 'status', status: 500 }, { kind: 'reset' })
    for (const id of ['T0002', 'T0002', 'T0002']) await install(id)
    fake.failNext('users.info', { kind: 'status', status: 500 }, { kind: 'error', code: 'token_revoked' })
    for (const text of ['ack INC-1', 'ack INC-1', 'declare SEV3 Search is empty']) await driver().command(ANA, text)
    await waitUntil('all are answered', () => fake.shownTo('U1').length >= 3)
    await event('app_uninstalled', 'T0002')

    // What lies in a partition is read through its table.
    const tables = (
      await database.query(
        `SELECT relname AS tablename FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
      )
    ).rows as {
      tablename: string
    }[]
    const dump: string[] = []
    for (const { tablename } of tables) {
      const { rows: found } = await database.query<Record<string, unknown>>(`SELECT * FROM ${tablename}`)
      for (const value of found.flatMap((row) => Object.values(row))) {
        dump.push(Buffer.isBuffer(value) ? value.toString('latin1') : inspect(value, { depth: 9 }))
      }
    }
    const everything = `${lines.join('\n')}\n${dump.join('\n')}`

    expect(everything).toContain('T0001')
    for (const secret of ['canary', CLIENT_SECRET, OLD_KEY, 'code-T0001']) expect(everything).not.toContain(secret)
  })
})

describe('a key that replaces another', () => {
  it('takes the tokens over while both are configured, on the record, and then alone', async () => {
    await install('T0001')
    const databaseUrl = house.database.url
    const [before] = await rows()
    await serve(`${NEW_KEY},${OLD_KEY}`, databaseUrl)
    await driver().command(ANA, 'list')

    await waitUntil('it is sealed anew', async () => (await rows())[0]?.key_id !== before?.key_id)
    expect((await audited()).at(-1)).toEqual(['installation:T0001', 'resealed', 'key rotation'])

    await serve(NEW_KEY, databaseUrl)
    expect((await driver().command(ANA, 'list')).status).toBe(200)

    await serve(OLD_KEY, databaseUrl)
    expect((await driver().command(ANA, 'list')).status).toBe(401)
    expect(lines.join('\n')).toContain('no key in SLACK_TOKEN_KEY opens this token')
  })
})
