import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { buildRichConversation } from '../../../src/app/build-rich-conversation.ts'
import { declareIncident } from '../../../src/orchestrator/declare-incident.ts'
import { handleUtterance } from '../../../src/orchestrator/index.ts'
import { openProposal } from '../decisions/presses.ts'
import { openScene } from '../decisions/world.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { ANA, as, AUDITOR, BO, openFormsWorld } from './forms-world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FormsSlack, FormsWorld } from './forms-world.ts'
import type { TestSlackOptions } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'

/** A trigger of Slack opens a form for three seconds, however long the database or the directory take. */
let world: World
let deps: Deps
let opened: FormsWorld
let slack: FormsSlack
beforeAll(async () => {
  opened = await openFormsWorld()
  ;({ world, deps } = opened)
})
afterAll(() => world.close())
afterEach(async () => {
  gate.open()
  await slack.test.close()
})

/** What is slow waits here. */
let gate = openGate()
beforeEach(() => {
  gate = openGate()
})

function openGate() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { passed: promise.then(() => undefined), open: () => resolve(undefined) }
}

const MORE_THAN_A_TRIGGER_LIVES_MS = 3_001

type Slow =
  | 'the database that puts the request on record'
  | 'the directory that is asked who that is'
  | 'whatever the product reads'
const SLOW: readonly Slow[] = [
  'the database that puts the request on record',
  'the directory that is asked who that is',
  'whatever the product reads',
]

async function openSlow(slow: Slow, options: TestSlackOptions = {}): Promise<void> {
  const isOfRecord = slow === 'the database that puts the request on record'
  slack = await opened.openSlack({ waitMs: 0, ...options, ...(isOfRecord ? { beforeServing: () => gate.passed } : {}) })
  const { test } = slack
  if (slow === 'the directory that is asked who that is') {
    const standingOf: Deps['accountStandings']['standingOf'] = async (account) => {
      await gate.passed
      return deps.accountStandings.standingOf(account)
    }
    test.rich = buildRichConversation({ ...deps, accountStandings: { standingOf } })
  }
  if (slow === 'whatever the product reads') {
    const rich = buildRichConversation(deps)
    const afterwards =
      <Asked, Answer>(work: (asked: Asked) => Promise<Answer>) =>
      async (asked: Asked): Promise<Answer> => {
        await gate.passed
        return work(asked)
      }
    test.rich = { ...rich, offerForm: afterwards(rich.offerForm), capture: afterwards(rich.capture) }
  }
}

const NOWHERE = { service: null, environment: null }

/** What the product takes where nobody says otherwise. */
const PRODUCTS_OWN: TestSlackOptions = { waitMs: 1_000 }

interface Asked {
  readonly form: string
  /** Presses what opens it; never waits for the answer, which a slow database holds back. */
  readonly press: () => Promise<() => Promise<unknown>>
  readonly fields: readonly string[]
}

const FORMS: readonly Asked[] = [
  {
    form: 'the reason of a rejection',
    press: async () => {
      const proposal = await openProposal(world, 3)
      const view = (await loadIncidentView(deps, proposal.incidentId))!
      const { surface } = slack.test.slack
      const reference = await surface.postCard('C0001', view, 'card', AbortSignal.timeout(60_000))
      const card = slack.test.fake.messagesIn('C0001').find(({ ts }) => ts === reference.message)!
      return () => slack.test.driver.press(as(BO), card, 'Reject')
    },
    fields: ['reason'],
  },
  {
    form: 'declaring by words',
    press: () => Promise.resolve(() => slack.test.driver.command(as(ANA), 'declare')),
    fields: ['title', 'severity', 'service'],
  },
  {
    form: 'declaring by the shortcut',
    press: () => Promise.resolve(() => slack.test.driver.shortcut(as(ANA), 'countersign_declare')),
    fields: ['title', 'severity', 'service'],
  },
  {
    form: 'what a playbook asks for',
    press: async () => {
      const { incident } = await openScene(world)
      return () => slack.test.driver.command(as(ANA), `run ${incident.id} rollback-to`)
    },
    fields: ['input:revision'],
  },
  {
    form: 'other inputs for a plan',
    press: async () => {
      const { incident } = await openScene(world)
      const account = { surface: 'slack', tenant: 'T0001', user: 'U0001', displayName: 'ana' } as const
      const place = { surface: 'slack', account, channel: null, message: null } as const
      await handleUtterance(deps, { ...place, text: `run ${incident.id} rollback-to revision=41` })
      const proposal = (await deps.stores.proposalQueries.findCurrent(incident.id))!
      return () => slack.test.driver.changeInputs(as(BO), proposal.id)
    },
    fields: ['input:app', 'input:revision'],
  },
  {
    form: 'which incident a message belongs to',
    press: async () => {
      for (const title of ['One', 'Two']) {
        await declareIncident(deps, { ...NOWHERE, title, severity: null, person: ANA, origin: 'slack' })
      }
      const message = { ts: '17.000001', user: 'U0002', text: 'disk full' }
      return () => slack.test.driver.addToTimeline(as(ANA), 'C0009', message)
    },
    fields: ['incident'],
  },
]

/** A reason is asked for without asking anybody who that is: only the record of the request is before it. */
const CASES = FORMS.flatMap((asked) =>
  SLOW.filter((slow) => asked.form !== 'the reason of a rejection' || slow === SLOW[0]).map((slow) => ({
    ...asked,
    slow,
  })),
)
const fieldsOf = () => slack.test.fake.forms().map(({ blocks }) => blocks.flatMap((block) => block['block_id'] ?? []))
const noticesOf = () => slack.test.fake.notices().map(({ blocks }) => plainTextOf([...blocks]))
const told = (user: string) => [...slack.shown(user), ...slack.test.fake.messagesIn(`D${user}`).map(({ text }) => text)]

describe('a form', () => {
  it.each(CASES)('for $form opens in time, where $slow takes longer than that', async ({ press, fields, slow }) => {
    await openSlow(slow)
    const doPress = await press()

    const answer = doPress()
    await waitUntil('a form says that it comes', () => slack.test.fake.notices().length === 1)
    slack.test.fake.passTime(MORE_THAN_A_TRIGGER_LIVES_MS)
    gate.open()

    await waitUntil('it is there', () => slack.test.fake.forms().length === 1)
    await answer
    expect(fieldsOf()).toEqual([fields])
    expect(slack.test.fake.notices()).toEqual([])
    expect(slack.test.fake.callsOf('views.open')).toHaveLength(1)
    expect([...told('U0001'), ...told('U0002')].filter((words) => words.includes('form'))).toEqual([])
  })

  it.each(CASES)(
    'for $form would not open where it waits for $slow, and whoever pressed is told (the twin)',
    async ({ press, slow }) => {
      await openSlow(slow, { waitMs: null })
      const doPress = await press()

      const answer = doPress()
      slack.test.fake.passTime(MORE_THAN_A_TRIGGER_LIVES_MS)
      gate.open()
      await answer

      await waitUntil('it is told', () =>
        [...told('U0001'), ...told('U0002')].some((words) =>
          words.includes('Slack gives a form three seconds, and they were over, so nothing counts yet. Press again'),
        ),
      )
      expect(slack.test.fake.forms()).toEqual([])
    },
  )

  it('counts as any other when it is sent, and says that it comes after a second', async () => {
    await openSlow('the database that puts the request on record', PRODUCTS_OWN)
    const answer = slack.test.driver.command(as(ANA), 'declare')
    await waitUntil('a form says that it comes', () => slack.test.fake.notices().length === 1)
    gate.open()
    await waitUntil('it is there', () => slack.test.fake.forms().length === 1)
    await answer

    await slack.test.driver.fillIn(as(ANA), { title: 'Slow on Mondays', severity: 'SEV2' })

    await waitUntil('an incident is open', async () => (await opened.openIncidents()).length === 1)
  })

  it('that does not come says why where it was to stand, and in the answer', async () => {
    await openSlow('the directory that is asked who that is')
    const answer = slack.test.driver.command(as(AUDITOR), 'declare')
    await waitUntil('a form says that it comes', () => noticesOf().some((words) => words.includes('looks this up')))
    gate.open()
    await answer

    await waitUntil('it says why', () => noticesOf().some((words) => words.includes('may not declare')))
    await waitUntil('it is told', () => told('U0005').some((words) => words.includes('may not declare')))
    expect(slack.test.fake.forms()).toEqual([])
  })

  it('that the person has closed before it came is told of', async () => {
    await openSlow('the directory that is asked who that is')
    const answer = slack.test.driver.command(as(ANA), 'declare')
    await waitUntil('a form says that it comes', () => slack.test.fake.notices().length === 1)
    slack.test.fake.closeForms()
    gate.open()
    await answer

    await waitUntil('it is told', () =>
      told('U0001').some((words) => words.includes('The form was closed before it could be filled in')),
    )
  })

  it('opens once where the same bytes arrive again meanwhile', async () => {
    await openSlow('the database that puts the request on record')
    const request = slack.test.driver.commandRequest(as(ANA), 'declare')
    const answers = [1, 2, 3].map(() => slack.test.driver.send(request))
    await waitUntil('a form says that it comes', () => slack.test.fake.notices().length === 1)
    gate.open()
    await Promise.all(answers)

    await waitUntil('it is there', () => slack.test.fake.forms().length === 1)
    expect(slack.test.fake.notices()).toEqual([])
    expect(slack.test.fake.callsOf('views.open')).toHaveLength(1)
  })

  it('is not announced for words that no form answers', async () => {
    await openSlow('the directory that is asked who that is')
    gate.open()
    await slack.test.driver.command(as(ANA), 'list')

    await waitUntil('it is told', () => told('U0001').length > 0)
    expect(slack.test.fake.callsOf('views.open')).toEqual([])
  })
})
