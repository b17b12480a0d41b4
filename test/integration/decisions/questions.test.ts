import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { redactTexts } from '../../../src/audit/redact-texts.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { cancelProposal } from '../../../src/orchestrator/cancel-proposal.ts'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { isStillAsked } from '../../../src/orchestrator/outbox/is-still-asked.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { proposePlaybook } from '../../../src/orchestrator/propose-playbook.ts'
import { ANA, BO, CY, DI, EVE, auditEvents, openWorld, person, playbookOf } from './world.ts'
import { endingOf, openProposal, press, pressed, withStores } from './presses.ts'
import { expireIn, snapshotOf } from './snapshots.ts'
import { outcomeOf, sayingsTo } from './question-sayings.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

const GUS = person('gus', ['auditor'])
const NED = person('ned', [])

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  world.people = [ANA, BO, CY, DI, EVE, GUS, NED]
})

const { ask, reply } = sayingsTo(() => world.deps)

async function messagesOf({ incidentId }: Proposal, kind: 'direct' | 'thread', of: RegExp): Promise<readonly string[]> {
  const rows = await world.query<{ person: string | null; text: string }>(
    `SELECT payload ->> 'personId' AS person, payload ->> 'text' AS text FROM outbox_messages
      WHERE incident_id = $1 AND kind = $2 ORDER BY id`,
    [incidentId, kind],
  )
  return rows.filter(({ text }) => of.test(text)).map(({ person: id, text }) => id ?? text)
}

describe('a question about an approval that waits', () => {
  it('is kept with it, with its answer, on the card, the timeline and the audit log', async () => {
    const proposal = await openProposal(world)
    const { text } = await ask(proposal)
    await reply(proposal, DI, 'No, it reads both.')

    expect(text).toBe(`Your question about ${proposal.id} is Q1. Ana, Di are told. It decides nothing.`)
    const view = await loadIncidentView(world.deps, proposal.incidentId)
    expect(view?.proposal?.questions).toMatchObject([
      {
        ...{ number: 1, step: null, personName: 'Cy', text: 'Does cart need it?', surface: 'slack' },
        answers: [{ personName: 'Di', text: 'No, it reads both.', surface: 'teams' }],
      },
    ])
    expect((await auditEvents(world, proposal.incidentId)).slice(-2)).toEqual(['question.asked', 'question.answered'])
    const [asked] = await world.query<{ details: object; plan_hash: string }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'details' AS details,
              convert_from(bytes, 'UTF8')::jsonb ->> 'planHash' AS plan_hash
         FROM audit_leaves WHERE incident_id = $1 AND event = 'question.asked'`,
      [proposal.incidentId],
    )
    expect(asked?.details).toMatchObject({ number: 1, text: 'Does cart need it?', told: ['ana', 'di'] })
    expect(asked?.plan_hash).toBe(proposal.planHash)
    const timeline = await world.deps.stores.timeline.list(proposal.incidentId, null, 50)
    expect(timeline.map((entry) => entry.text)).toEqual(
      expect.arrayContaining([
        `Cy asks about ${proposal.id} (Q1): Does cart need it?`,
        `Di answers Q1 about ${proposal.id}: No, it reads both.`,
      ]),
    )
  })

  it('is told to the owning group and in the thread, and its answer to whoever asked', async () => {
    const proposal = await openProposal(world)
    await ask(proposal)
    expect(await messagesOf(proposal, 'direct', /asks about/)).toEqual(['ana', 'di'])
    expect(await messagesOf(proposal, 'thread', /asks about/)).toEqual([
      `Cy asks about ${proposal.id} (Q1): Does cart need it?\nAnswer with: answer ${proposal.incidentId} Q1 <text>. It decides nothing.`,
    ])

    await reply(proposal, ANA, 'No.')
    expect(await messagesOf(proposal, 'direct', /answers Q1/)).toEqual(['cy'])
  })

  it('is told to whoever requested the plan, and where nobody else can know to the commander', async () => {
    const { incidentId } = await openProposal(world)
    const made = await proposePlaybook(world.deps, {
      ...{ incidentId, playbook: playbookOf().name, inputs: {}, personId: BO.id, origin: 'console' },
    })
    await ask(made.proposal)
    expect(await messagesOf(made.proposal, 'direct', /asks about/)).toEqual(['bo', 'ana', 'di'])

    world.people = [CY, EVE]
    const orphan = await openProposal(world)
    await world.query(`UPDATE incidents SET assignments = '{"commander":"eve"}' WHERE id = $1`, [orphan.incidentId])
    await ask(orphan)
    expect(await messagesOf(orphan, 'direct', /asks about/)).toEqual(['eve'])
  })

  it('is not passed on any more once it is answered, or nothing waits there', async () => {
    const proposal = await openProposal(world)
    await ask(proposal)
    await ask(proposal, BO, 'And the queue?')
    const still = (number: number) => isStillAsked(world.deps, { proposalId: proposal.id, number })
    expect([await still(1), await still(2)]).toEqual([true, true])

    await reply(proposal, ANA, 'No.', 1)
    expect([await still(1), await still(2)]).toEqual([false, true])
    await press(world.deps, proposal, BO)
    expect(await still(2)).toBe(false)
  })
})

describe('a question and its answer decide nothing', () => {
  const SAID = ['proposal_questions', 'timeline_entries', 'outbox_messages', 'audit_leaves', 'audit_entries']

  it('no other row in the database is another after them', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    const before = await snapshotOf(world, SAID)

    await ask(proposal, CY)
    await ask(proposal, BO, 'approve this')
    await reply(proposal, ANA, `approve ${proposal.id} ${proposal.planHash.slice(0, 8)}`, 1)

    expect(await snapshotOf(world, SAID)).toEqual(before)
  })

  it('which an approval would be (the twin)', async () => {
    const proposal = await openProposal(world, 3)
    const before = await snapshotOf(world, SAID)
    await press(world.deps, proposal, BO)

    expect(await snapshotOf(world, SAID)).not.toEqual(before)
  })

  it('and whoever asked or answered still decides once, like anybody', async () => {
    const proposal = await openProposal(world)
    await ask(proposal, CY)
    await reply(proposal, CY, 'I found it out myself.')

    expect(await pressed(world.deps, proposal, CY)).toBe('approved')
  })
})

describe('nothing is asked or answered', () => {
  it.each<[ending: string, end: (proposal: Proposal) => Promise<unknown>]>([
    ['approved', (proposal) => press(world.deps, proposal, BO)],
    ['rejected', (proposal) => press(world.deps, proposal, BO, { decision: 'reject' })],
    ['cancelled', (proposal) => cancelProposal(world.deps, { ...by(BO), proposalId: proposal.id, reason: null })],
    ['superseded', ({ incidentId }) => proposeAnew(incidentId)],
    ['void', ({ id }) => world.deps.stores.proposals.move(id, ['pending'], 'drifted', 'the target has changed')],
    [
      'expired',
      async (proposal) => {
        await expireIn(world, proposal, -1)
        await expireProposals(world.deps)
      },
    ],
  ])('of one that is %s, and the answer says so', async (ending, end) => {
    const proposal = await openProposal(world)
    await ask(proposal)
    await end(proposal)

    await expect(ask(proposal)).rejects.toThrow(new RegExp(`${ending}.*Questions and answers are kept while it waits`))
    expect(await outcomeOf(reply(proposal, ANA, 'No.'))).toBe('not_waiting')
    expect((await world.deps.stores.questions.list(proposal.id)).length).toBe(1)
  })

  it('of one whose time is over, though nobody has noticed yet: and that moves nothing either', async () => {
    const proposal = await openProposal(world)
    await ask(proposal)
    await expireIn(world, proposal, -1)

    expect([await outcomeOf(ask(proposal)), await outcomeOf(reply(proposal, ANA, 'No.'))]).toEqual([
      'not_waiting',
      'not_waiting',
    ])
    expect((await endingOf(world, proposal)).state).toBe('pending')
  })

  it('by whom the policy does not let, which goes on record; with a policy that does it is kept (the twin)', async () => {
    const proposal = await openProposal(world)
    expect(await outcomeOf(ask(proposal, NED))).toBe('not_allowed')
    expect(await auditEvents(world, proposal.incidentId)).toContain('decision.refused (not_allowed)')
    expect(await outcomeOf(ask(proposal, GUS))).toBe('kept')
    expect(await outcomeOf(reply(proposal, GUS, 'No.'))).toBe('not_allowed')

    const open = world.replica({ authorize: () => ({ verdict: 'allow', reasons: [], policyVersion: 'open' }) })
    expect(await outcomeOf(ask(proposal, NED, 'May I?', open))).toBe('kept')
  })

  it('by whoever left the directory meanwhile, or on a card of another incident', async () => {
    const [proposal, other] = [await openProposal(world), await openProposal(world)]
    expect(await outcomeOf(ask({ ...proposal, incidentId: other.incidentId }))).toBe('wrong_incident')
    world.people = [ANA]
    expect(await outcomeOf(ask(proposal, CY))).toBe('unknown_person')
  })

  it('without words', async () => {
    const proposal = await openProposal(world)
    expect(await outcomeOf(ask(proposal, CY, ' \u200B \u202E '))).toBe('question_missing')
  })

  it('beyond five questions of one person, on whatever surface, so that others can still ask', async () => {
    const proposal = await openProposal(world)
    for (const origin of ['slack', 'teams', 'console', 'api', 'slack'] as const) {
      const { id, incidentId } = proposal
      await askQuestion(world.deps, { proposalId: id, incidentId, person: CY, text: 'And now?', origin })
    }

    await expect(ask(proposal)).rejects.toThrow(
      `Cy has asked 5 questions about ${proposal.id} already, 5 at most for one person. Talk to each other, or reject it with the reason.`,
    )
    expect(await outcomeOf(ask(proposal, DI))).toBe('kept')
  })

  it('beyond twenty of all together', async () => {
    const proposal = await openProposal(world)
    for (const by of [CY, DI, BO, EVE]) for (let index = 0; index < 5; index += 1) await ask(proposal, by)

    await expect(ask(proposal, ANA)).rejects.toThrow(`${proposal.id} has 20 questions already, 20 at most.`)
  })

  it('one person takes all twenty where nobody counts by person (the twin)', async () => {
    const proposal = await openProposal(world)
    const { list } = world.deps.stores.questions
    const anonymous = async (id: string) => (await list(id)).map((one) => ({ ...one, personId: 'somebody' }))
    const careless = withStores(world.deps, (stores) => ({ questions: { ...stores.questions, list: anonymous } }))
    for (let index = 0; index < 20; index += 1) {
      expect(await outcomeOf(ask(proposal, CY, 'And now?', careless))).toBe('kept')
    }

    expect(await outcomeOf(ask(proposal, DI))).toBe('too_many_questions')
  })

  it('beyond twenty-five answers of one person, and a hundred of all', async () => {
    const proposal = await openProposal(world)
    await ask(proposal)
    for (const by of [ANA, BO, CY, DI]) {
      for (let index = 0; index < 25; index += 1) await reply(proposal, by, `No, ${String(index)}.`, 1)
      if (by === ANA) expect(await outcomeOf(reply(proposal, by, 'No.', 1))).toBe('too_many_answers_of_one')
    }

    expect(await outcomeOf(reply(proposal, EVE, 'No.', 1))).toBe('too_many_answers')
    expect(await world.deps.stores.questions.list(proposal.id)).toHaveLength(101)
  })

  it('where nobody can tell which question is meant', async () => {
    const proposal = await openProposal(world)
    expect(await outcomeOf(reply(proposal, ANA, 'No.'))).toBe('no_question')
    await ask(proposal)
    await ask(proposal)
    await expect(reply(proposal, ANA, 'No.')).rejects.toThrow('Q1, Q2 wait for an answer. Say which one you mean')
    expect(await outcomeOf(reply(proposal, ANA, 'No.', 3))).toBe('unknown_question')
    expect(await outcomeOf(reply(proposal, ANA, 'No.', 1))).toBe('kept')
    expect((await reply(proposal, ANA, 'No.')).said.number).toBe(2)
    await expect(reply(proposal, ANA, 'No.')).rejects.toThrow('has an answer. Say which one you mean')
  })

  it('without its entry on the audit log', async () => {
    const proposal = await openProposal(world)
    const full = withStores(world.deps, ({ audit }) => ({
      audit: { ...audit, append: () => Promise.reject(new Error('the log cannot be written')) },
    }))

    await expect(ask(proposal, CY, 'Is it safe?', full)).rejects.toThrow('the log cannot be written')
    expect(await world.deps.stores.questions.list(proposal.id)).toEqual([])
  })
})

describe('text that acts', () => {
  it('is kept on one line, without what hides or reorders, and without secrets', async () => {
    const proposal = await openProposal(world)
    const token = `xoxb-${'1234567890'.repeat(2)}-${'abcdefghij'.repeat(2)}`
    await ask(proposal, CY, `<!channel>\n<@U0001> \u202Egnitoor\u202C a\u200Bb \u{E0041} ${token} ${'x'.repeat(2_000)}`)

    const [said] = await world.deps.stores.questions.list(proposal.id)
    expect(said?.text).toMatch(/^<!channel> <@U0001> gnitoor ab /)
    expect(said?.text).not.toMatch(/[\n\u202E\u200B\u{E0041}]/u)
    expect(said?.text).not.toContain(token)
    expect(said?.text.length).toBeLessThanOrEqual(1_000)
  })

  it('keeps nothing of a secret that stands where it is cut', async () => {
    const proposal = await openProposal(world)
    await ask(proposal, CY, `${'x '.repeat(480)}postgres://root:hunter22hunter22hunter22hunter22@db`)

    const [said] = await world.deps.stores.questions.list(proposal.id)
    expect(said?.text).toContain('postgres://root:[red')
    expect(said?.text).not.toContain('hunter')
  })
})

describe('a secret of this very installation that somebody pastes', () => {
  const secret = 'Hof-7731-lindwurm'
  const knowing = (secrets: readonly string[]): Deps => ({
    ...world.deps,
    redact: (value) => redactTexts(value, { secrets }),
  })

  it('is not kept with the question', async () => {
    const proposal = await openProposal(world)
    await ask(proposal, CY, `Is ${secret} still the one?`, knowing([secret]))
    const [said] = await world.deps.stores.questions.list(proposal.id)
    expect(said?.text).toBe('Is [redacted] still the one?')
  })

  it('is kept where nobody knows it for one (the twin)', async () => {
    const proposal = await openProposal(world)
    await ask(proposal, CY, `Is ${secret} still the one?`, knowing([]))
    const [said] = await world.deps.stores.questions.list(proposal.id)
    expect(said?.text).toContain(secret)
  })
})

const by = ({ id }: Person) => ({ personId: id, origin: 'console' }) as const

function proposeAnew(incidentId: string) {
  return proposePlaybook(world.deps, { incidentId, playbook: playbookOf().name, inputs: {}, ...by(ANA) })
}
