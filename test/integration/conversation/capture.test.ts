import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { auditEvents, openScene, openWorld, person } from '../decisions/world.ts'
import { keptText } from '../../../src/orchestrator/messages/chat-words.ts'
import { redactTexts } from '../../../src/audit/redact-texts.ts'
import { truncateText } from '../../../src/kernel/clean-text.ts'
import { followMessage, handleCapture } from '../../../src/orchestrator/index.ts'
import type { Capture, CaptureAnswer, ChatWords } from '../../../src/orchestrator/index.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { World } from '../decisions/world.ts'

const onSlack = (someone: Person, user: string): Person => ({ ...someone, slack: { team: 'T0001', user } })
const ANA = onSlack(person('ana', ['responder']), 'U0001')
const BO = onSlack(person('bo', ['responder']), 'U0002')
const AUDITOR = onSlack(person('eve', ['auditor']), 'U0005')
const account = (user: string) => ({ surface: 'slack', tenant: 'T0001', user, displayName: user }) as const

let world: World
let deps: Deps
let incidentId: string
let message = 0
beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO, AUDITOR]
  const { directory } = world.deps
  deps = world.replica({
    directory: {
      ...directory,
      findByAccount: ({ tenant, user }) =>
        world.people.find(({ slack }) => slack?.team === tenant && slack.user === user),
    },
  })
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`)
  const { incident } = await openScene(world)
  incidentId = incident.id
})

const said = (text: string, change: Partial<ChatWords> = {}): ChatWords => ({
  text,
  author: account('U0002'),
  thread: null,
  ...change,
})

function capture(words: ChatWords | null, change: Partial<Capture> = {}): Promise<CaptureAnswer> {
  message += 1
  return handleCapture(deps, {
    surface: 'slack',
    account: account('U0001'),
    channel: 'C0001',
    message: `17.${String(message).padStart(6, '0')}`,
    how: 'shortcut',
    incidentId: null,
    read: async () => words,
    ...change,
  })
}

async function cardIn(channel: string, id: string, ts: string): Promise<void> {
  const card = await deps.stores.cards.ensure(id, 'slack', channel)
  await deps.stores.cards.markShown(card.id, { channel, message: ts }, 'hash')
}

const timelineOf = async (id: string) => (await deps.stores.timeline.list(id, null, 100)).map(({ text }) => text)
const newestOf = async (id: string) => (await timelineOf(id)).at(-1)
const codeOf = (answer: CaptureAnswer) => (answer.kind === 'reply' ? answer.reply.code : answer.kind)
const placeOf = (channel = 'C0001') =>
  ({ surface: 'slack', channel, message: `17.${String(message).padStart(6, '0')}` }) as const

describe('a message that a person puts on the timeline', () => {
  it('stands there once, word for word, with who said it and who captured it', async () => {
    const first = await capture(said('The database is slow'))
    const again = await capture(said('The database is slow'), { message: placeOf().message, how: 'pin' })

    expect(codeOf(first)).toBe('done')
    expect(codeOf(again)).toBe('already_captured')
    expect(await timelineOf(incidentId)).toEqual(['Ana puts a message of Bo on the timeline: “The database is slow”'])
    expect(await auditEvents(world, incidentId)).toEqual(['message.captured'])
  })

  it('stands there once also when two people press at the same moment', async () => {
    const { message: ts } = { message: '18.000001' }

    const answers = await Promise.all(Array.from({ length: 10 }, () => capture(said('Both at once'), { message: ts })))

    expect(answers.map(codeOf).toSorted()).toEqual([...Array.from({ length: 9 }, () => 'already_captured'), 'done'])
    expect(await timelineOf(incidentId)).toHaveLength(1)
  })

  it('is bounded, and holds no secret that somebody pasted', async () => {
    await capture(said(`password=hunter2hunter2 ${'x'.repeat(50_000)}\0`))

    const text = (await newestOf(incidentId)) ?? ''
    expect(text.length).toBeLessThan(2_200)
    expect(text).toContain('password=[redacted]')
    expect(text).toContain('(truncated)')
    const [row] = await world.query<{ original: string }>('SELECT original FROM captured_messages WHERE message = $1', [
      placeOf().message,
    ])
    expect(row?.original).not.toContain('hunter2')
  })

  it('belongs to the incident of its thread, then to the only one of its channel', async () => {
    const { incident: other } = await openScene(world)
    await cardIn('C0002', incidentId, '16.000001')
    await cardIn('C0003', other.id, '16.000002')

    await capture(said('in the thread', { thread: '16.000001' }), { channel: 'C0002' })
    await capture(said('in the channel'), { channel: 'C0003' })

    expect(await newestOf(incidentId)).toContain('in the thread')
    expect(await newestOf(other.id)).toContain('in the channel')
  })

  it('asks which incident where several are open, and takes the one that is chosen', async () => {
    const { incident: other } = await openScene(world)

    const asked = await capture(said('which one'), { channel: 'C0666' })
    expect(asked).toMatchObject({ kind: 'choose', words: { text: 'which one' } })
    expect(asked.kind === 'choose' && asked.incidents.map(({ id }) => id)).toEqual([other.id, incidentId])
    await capture(said('which one'), { channel: 'C0666', incidentId })

    expect(await newestOf(incidentId)).toContain('which one')
  })

  it('says so when it cannot be read, and takes its words later', async () => {
    await capture(null)
    const { message: ts } = placeOf()
    expect(await newestOf(incidentId)).toBe(
      `Ana puts a message on the timeline that could not be read (slack C0001 ${ts}).`,
    )

    const filled = await capture(said('Now it can be read'), { message: ts })
    const again = await capture(said('Once more'), { message: ts })

    expect([codeOf(filled), codeOf(again)]).toEqual(['done', 'already_captured'])
    expect(await newestOf(incidentId)).toBe(`Ana adds what the message said (slack C0001 ${ts}): “Now it can be read”`)
  })
})

describe('who may put a message on the timeline', () => {
  it('a stranger may not, nor who has no role for notes, and the log has it', async () => {
    const stranger = await capture(said('x'), { account: account('U0999') })
    const auditor = await capture(said('x'), { account: account('U0005') })

    expect([codeOf(stranger), codeOf(auditor)]).toEqual(['unknown_account', 'not_allowed'])
    expect(await timelineOf(incidentId)).toEqual([])
    expect(await auditEvents(world, incidentId)).toEqual(['request.refused (not_allowed)'])
  })

  it('twin: with a policy that lets everybody, the auditor’s message stands there', async () => {
    const open = { ...deps, authorize: () => ({ verdict: 'allow', reasons: [], policyVersion: 'open' }) as const }

    await handleCapture(open, {
      ...{ surface: 'slack', account: account('U0005'), channel: 'C0001', message: '19.000001', how: 'shortcut' },
      ...{ incidentId: null, read: async () => said('let in') },
    })

    expect(await newestOf(incidentId)).toContain('let in')
  })

  it('a message is not read for somebody who may not', async () => {
    let reads = 0
    const read = async () => {
      reads += 1
      return said('x')
    }

    await capture(null, { account: account('U0999'), read })

    expect(reads).toBe(0)
  })
})

describe('a pin', () => {
  it('says nothing to anybody where no incident is', async () => {
    expect(codeOf(await capture(said('lunch'), { channel: 'C0777', how: 'pin' }))).toBe('nothing')
    expect(codeOf(await capture(said('x'), { channel: 'C0777', how: 'pin', account: account('U0999') }))).toBe(
      'nothing',
    )
  })

  it('is refused to a stranger in the channel of an incident', async () => {
    await cardIn('C0004', incidentId, '16.000003')

    expect(codeOf(await capture(said('x'), { channel: 'C0004', how: 'pin', account: account('U0999') }))).toBe(
      'unknown_account',
    )
  })

  it('does not guess among several incidents of a channel', async () => {
    const { incident: other } = await openScene(world)
    await cardIn('C0005', incidentId, '16.000004')
    await cardIn('C0005', other.id, '16.000005')

    expect(codeOf(await capture(said('x'), { channel: 'C0005', how: 'pin' }))).toBe('which_incident')
  })
})

describe('a captured message', () => {
  it('is followed: the original and each edit stand on the timeline, and each is told once', async () => {
    await capture(said('It is the db'))
    const edit = { kind: 'edited', place: placeOf(), text: 'It is the cache', by: account('U0002') } as const

    await Promise.all([followMessage(deps, edit), followMessage(deps, edit), followMessage(deps, edit)])
    await followMessage(deps, { kind: 'deleted', place: placeOf() })
    await followMessage(deps, { kind: 'deleted', place: placeOf() })
    await followMessage(deps, { ...edit, text: 'after the end' })

    expect(await timelineOf(incidentId)).toEqual([
      'Ana puts a message of Bo on the timeline: “It is the db”',
      'message edited (Bo): “It is the cache”',
      'message deleted (Bo); what it said stays above',
    ])
    const rows = await world.query<object>(
      'SELECT original, edited, deleted_at IS NOT NULL AS gone FROM captured_messages WHERE message = $1',
      [placeOf().message],
    )
    expect(rows).toEqual([{ original: 'It is the db', edited: 'It is the cache', gone: true }])
    expect(await auditEvents(world, incidentId)).toEqual(['message.captured', 'message.edited', 'message.deleted'])
  })

  it('is not told as edited when only its surroundings changed', async () => {
    await capture(said('  the same '))

    await followMessage(deps, { kind: 'edited', place: placeOf(), text: 'the same', by: account('U0002') })

    expect(await timelineOf(incidentId)).toHaveLength(1)
  })

  it('stays when its pin is taken off, which is noted of who may note', async () => {
    await capture(said('pinned'))
    const off = (user: string) => followMessage(deps, { kind: 'unpinned', place: placeOf(), by: account(user) })

    await off('U0999')
    await off('U0005')
    expect(await timelineOf(incidentId)).toHaveLength(1)
    await off('U0002')

    expect(await newestOf(incidentId)).toBe('Bo takes a pin off a message (Bo); it stays on the timeline')
  })

  it('is the only kind that is followed', async () => {
    await followMessage(deps, { kind: 'edited', place: placeOf('C0888'), text: 'x', by: null })
    await followMessage(deps, { kind: 'deleted', place: placeOf('C0888') })

    expect(await timelineOf(incidentId)).toEqual([])
  })
})

describe('a secret of this very installation that stands where a message is cut', () => {
  const secret = 'Hof-7731-lindwurm'
  // So few characters are left of it that nobody can tell whose beginning they are.
  const said = `${'x '.repeat(992)}${secret}${' y'.repeat(50)}`

  it('leaves nothing of itself', () => {
    const redact: Deps['redact'] = (value) => redactTexts(value, { secrets: [secret] })

    expect(keptText({ redact }, said)).not.toContain('Hof')
  })

  it('would leave a part where it is cut before anybody looks (the twin)', () => {
    const cut = truncateText(said, 2_000)

    expect(redactTexts(cut, { secrets: [secret] })).toContain('Hof')
  })
})
