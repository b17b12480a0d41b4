import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { buildConversation } from '../../../src/app/build-conversation.ts'
import { createSessions } from '../../../src/adapters/console/sessions.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { mountConsole } from '../../../src/adapters/console/console-routes.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { renderCard as renderSlackCard } from '../../../src/adapters/slack/render/render-card.ts'
import { renderCard as renderTeamsCard } from '../../../src/adapters/teams/render/render-card.ts'
import { sessionAuthentication } from '../../../src/adapters/console/console-session.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { textAnswer } from '../../../src/adapters/http/answers.ts'
import { addressesIn, crawl } from '../../support/crawl.ts'
import { openProposal } from '../decisions/presses.ts'
import { BO, openWorld } from '../decisions/world.ts'
import type { ConsoleSettings } from '../../../src/adapters/console/console-settings.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from '../decisions/world.ts'

let world: World
let server: HttpServer
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(() => server.close())

interface Site {
  readonly origin: string
  /** Every address that the cards, messages and the list hold. */
  readonly links: readonly string[]
  readonly cookieOf: (personId: string) => Promise<string>
}

async function open(proposal: Proposal, also: (settings: ConsoleSettings) => void = () => undefined): Promise<Site> {
  const deps = world.replica({
    directory: {
      ...world.deps.directory,
      findByAccount: ({ surface, user }) => (surface === 'console' ? world.deps.directory.findById(user) : undefined),
    },
  })
  const { telemetry, randomBytes } = deps
  server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLogger, telemetry })
  const settings: ConsoleSettings = {
    deps,
    conversation: buildConversation(deps),
    sessions: createSessions({ key: randomBytes(32), isSecure: false, randomBytes, nowMs: () => Date.now() }),
    signIn: { kind: 'pick', sandboxNote: 'A test.' },
    signals: { listen: () => () => undefined, close: () => Promise.resolve() },
  }
  mountConsole(server, settings)
  also(settings)
  const { url: origin } = await server.listen()
  const view = await loadIncidentView(
    world.replica({ settings: { publicUrl: origin, linkHosts: ['127.0.0.1'] } }),
    proposal.incidentId,
  )
  if (view === undefined) throw new Error(`There is no ${proposal.incidentId}.`)
  const outbox = await world.query(`SELECT payload FROM outbox_messages`)
  const texts = [renderSlackCard(view), renderTeamsCard(view), outbox].map((each) => JSON.stringify(each))
  return {
    origin,
    links: [...texts.flatMap((text) => addressesIn(text, origin)), `${origin}/`, `${origin}/incidents/${view.id}`],
    cookieOf: async (person) => {
      const body = new URLSearchParams({ person, next: '/' })
      const answer = await fetch(`${origin}/session`, {
        ...{ method: 'POST', body, redirect: 'manual', headers: { origin } },
      })
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    },
  }
}

/** What every table holds, apart from the audit log, on which reading may stand. */
async function stateOf(): Promise<Readonly<Record<string, string>>> {
  const tables = await world.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'audit\\_%' ORDER BY 1`,
  )
  const state: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await world.query<{ digest: string }>(
      `SELECT count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest FROM "${name}" t`,
    )
    state[name] = row?.digest ?? ''
  }
  return state
}

/** What it must never be: a link that decides. */
function approvalByLink({ conversation, ...settings }: ConsoleSettings): void {
  server.mount({
    method: 'GET',
    path: '/press',
    source: 'console',
    authentication: sessionAuthentication({ conversation, ...settings }),
    handle: async ({ query }, { person }) => {
      await conversation.press({
        verb: 'approve',
        incidentId: query.get('incidentId') ?? '',
        proposalId: query.get('proposalId'),
        planHash: query.get('planHash'),
        text: null,
        stepId: null,
        answer: null,
        surface: 'console',
        account: { surface: 'console', tenant: 'console', user: person?.id ?? '', displayName: '' },
        channel: null,
        message: null,
        proof: { sessionHash: '' },
      })
      return textAnswer(200, 'text/plain', 'pressed')
    },
  })
}

describe('T22: machines that fetch every link', () => {
  it.each([
    ['without a session', null],
    ['in the browser of somebody who may approve', BO.id],
  ])('%s change nothing', async (_, person) => {
    const proposal = await openProposal(world)
    const { origin, links, cookieOf } = await open(proposal)
    const cookie = person === null ? null : await cookieOf(person)
    const before = await stateOf()

    const seen = await crawl(origin, { cookie, from: links })

    expect(await stateOf()).toEqual(before)
    expect([...seen].some((url) => url.includes(`/incidents/${proposal.incidentId}`))).toBe(true)
    const triedForms = [...seen].filter((url) => url.includes('/press?') && url.includes(proposal.planHash))
    expect(triedForms.length > 0).toBe(person !== null)
  })

  it('would approve if a link could press the button (the twin)', async () => {
    const proposal = await openProposal(world)
    const { origin, links, cookieOf } = await open(proposal, approvalByLink)

    await crawl(origin, { cookie: await cookieOf(BO.id), from: links })

    expect((await world.deps.stores.decisions.list(proposal.id)).map(({ personId }) => personId)).toEqual([BO.id])
  })

  it('cannot set a decision going by any other method of a link either', async () => {
    const proposal = await openProposal(world)
    const { origin, cookieOf } = await open(proposal)
    const cookie = await cookieOf(BO.id)
    const fields = new URLSearchParams({
      ...{ verb: 'approve', incidentId: proposal.incidentId, proposalId: proposal.id, planHash: proposal.planHash },
    })
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const answer = await fetch(`${origin}/press?${fields.toString()}`, { method, headers: { cookie } })
      expect(answer.ok).toBe(false)
    }
    expect(await world.deps.stores.decisions.list(proposal.id)).toEqual([])
  })
})
