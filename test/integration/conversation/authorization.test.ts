import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { handleUtterance } from '../../../src/orchestrator/verbs/handle-utterance.ts'
import { openHouse } from '../../support/house.ts'
import { openWeb } from '../../../src/app/open-web.ts'
import { VERBS } from '../../../src/domain/verb.ts'
import type { AuthorizedAction, Verb } from '../../../src/domain/verb.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Foundation } from '../../../src/app/build-deps.ts'
import type { House } from '../../support/house.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'

const TOKENS = { COUNTERSIGN_API_TOKEN: 'api-token-of-the-test', COUNTERSIGN_WEBHOOK_TOKEN: 'hook-token-of-the-test' }

let house: House
let foundation: Foundation
let open: Deps

beforeAll(async () => {
  house = await openHouse({ environment: TOKENS })
  foundation = await house.foundation()
  open = foundation.deps
})

afterAll(async () => {
  await house.close()
})

/** The policy that allows nothing, noting what it was asked. */
function closedTo(deps: Deps, asked: AuthorizedAction[]): Deps {
  return {
    ...deps,
    authorize: (request) => {
      asked.push(request.action)
      return {
        verdict: 'forbid',
        reasons: [{ rule: 'closed', text: 'this test allows nothing' }],
        policyVersion: 'test',
      }
    },
  }
}

function say(deps: Deps, person: string, text: string, incidentId: string | null = null) {
  const account = { surface: 'console', tenant: 'console', user: person, displayName: 'whoever' } as const
  return handleUtterance(deps, { surface: 'console', account, channel: null, message: null, text, incidentId })
}

describe('every verb', () => {
  const asked: AuthorizedAction[] = []
  let incidentId: string
  let words: Readonly<Record<Verb, string>>

  beforeAll(async () => {
    incidentId = (await say(open, 'ana@bank.example', 'declare SEV2 checkout is slow on checkout')).incidentId ?? ''
    await say(open, 'ana@bank.example', `run ${incidentId} tell-channel`)
    const proposal = await open.stores.proposalQueries.findCurrent(incidentId)
    await open.unitOfWork.run((stores) => stores.runs.create({ incidentId, proposalId: proposal?.id ?? '' }))
    const hash = proposal?.planHash.slice(0, 8) ?? ''
    words = {
      declare: 'something is wrong',
      list: '',
      status: '',
      timeline: '',
      summary: '',
      changes: '',
      evidence: '',
      ask: 'what changed',
      handover: '',
      update: '',
      postmortem: '',
      ack: '',
      assign: 'commander ana@bank.example',
      severity: 'SEV1',
      note: 'a note',
      mitigated: '',
      resolve: '',
      reopen: '',
      feedback: 'cause right',
      playbooks: '',
      plan: 'tell-channel',
      run: 'tell-channel',
      approve: `${proposal?.id ?? ''} ${hash}`,
      reject: 'no',
      withdraw: '',
      question: 'is it safe',
      answer: 'it is',
      cancel: 'no',
      stop: 'no',
      settle: 'tell done it is',
      undo: '',
      byhand: 'restarted it',
      freeze: 'all 1h test',
      unfreeze: 'all',
      breakglass: 'tell-channel everybody is asleep',
      help: '',
    }
  })

  it.each(VERBS)('%s is refused to everybody by a policy that allows nothing', async (verb) => {
    const named = verb === 'declare' || verb === 'freeze' || verb === 'unfreeze' || verb === 'approve' ? '' : incidentId

    const reply = await say(closedTo(open, asked), 'ben@bank.example', `${verb} ${named} ${words[verb]}`)

    expect({ kind: reply.kind, code: reply.code }).toEqual({ kind: 'refused', code: 'not_allowed' })
    expect(asked.length).toBeGreaterThan(0)
  })

  it.each(VERBS)('%s is refused to an account that the directory does not know', async (verb) => {
    const reply = await say(open, 'mallory@elsewhere.example', `${verb} ${words[verb]}`)

    expect({ kind: reply.kind, code: reply.code }).toEqual({ kind: 'refused', code: 'unknown_account' })
  })

  it('would be answered without the guard: the same words of the same people are allowed by the real policies', async () => {
    const reply = await say(open, 'ben@bank.example', `status ${incidentId}`)

    expect(reply.kind).toBe('answer')
  })
})

describe('every route', () => {
  let server: HttpServer
  let url: string

  beforeAll(async () => {
    const needs = {
      config: house.config,
      metrics: createMetrics(),
      audit: null,
      slack: null,
      teams: null,
      signIn: undefined,
    }
    server = openWeb({ ...needs, foundation: { ...foundation, deps: closedTo(open, []) } })
    url = (await server.listen()).url
  })

  afterAll(async () => {
    await server.close()
  })

  it('says how its caller is known, or why nobody is asked', () => {
    const unasked = server.inventory.filter((entry) => entry.authentication.startsWith('none'))

    expect(unasked.map((entry) => `${entry.method} ${entry.path}`).sort()).toEqual([
      'GET /assets/console.css',
      'GET /assets/live.js',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'GET /session',
      'POST /session',
    ])
  })

  it('lets nobody in who does not say who they are', async () => {
    for (const { method, path, authentication } of server.inventory) {
      if (authentication.startsWith('none')) continue
      const answer = await fetch(`${url}${path.replace(':id', 'INC-1')}`, { method, redirect: 'manual' })
      const isTurnedAway = answer.status === 401 || answer.headers.get('location')?.startsWith('/session') === true

      expect(`${method} ${path} ${isTurnedAway ? 'turned away' : String(answer.status)}`).toBe(
        `${method} ${path} turned away`,
      )
    }
  })

  it('of the API is refused by a policy that allows nothing, also with the right token', async () => {
    const headers = { authorization: `Bearer ${TOKENS.COUNTERSIGN_API_TOKEN}` }
    const paths = server.inventory.filter((entry) => entry.source === 'api' && !entry.path.endsWith('openapi.json'))
    for (const { path } of paths) {
      const answer = await fetch(`${url}${path.replace(':id', path.includes('/runs/') ? 'RUN-1' : 'INC-1')}`, {
        headers,
      })

      expect(`${path} ${answer.status}`).toBe(`${path} 403`)
    }
  })

  it('of a source is refused by a policy that allows nothing, also with the right token', async () => {
    const headers = { authorization: `Bearer ${TOKENS.COUNTERSIGN_WEBHOOK_TOKEN}`, 'content-type': 'application/json' }
    const change = { id: 'c1', source: 'ci', kind: 'deploy', service: 'checkout', at: new Date().toISOString() }
    const answer = await fetch(`${url}/webhooks/changes`, { method: 'POST', headers, body: JSON.stringify(change) })

    expect(answer.status).toBe(403)
  })
})
