import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { deployOf, openJudgementWorld, ONSET } from './judgement-world.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { scriptedModel } from '../../fakes/scripted-model.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { JudgementWorld } from './judgement-world.ts'

let world: JudgementWorld
beforeEach(async () => {
  world = await openJudgementWorld()
})
afterEach(() => world.close())

async function refresh(incidentId: string, deps: Deps = world.deps, signal = AbortSignal.timeout(60_000)) {
  await refreshIncident(deps, { incidentId }, signal)
  return viewOf(incidentId)
}

async function viewOf(incidentId: string): Promise<IncidentView> {
  const view = await loadIncidentView(world.deps, incidentId)
  if (view === undefined) throw new Error(`${incidentId} is gone`)
  return view
}

async function timelineOf(incidentId: string): Promise<readonly string[]> {
  return (await world.deps.stores.timeline.list(incidentId, null, 50)).map((entry) => entry.text)
}

async function cardsAskedFor(incidentId: string): Promise<number> {
  const due = await world.deps.stores.outboxQueue.listDue('console', 1_000)
  const own = due.filter(({ message }) => message.kind === 'card' && message.incidentId === incidentId)
  await world.deps.stores.outboxQueue.markSent(own)
  return own.length
}

describe('a refresh of an incident', () => {
  it('finds the deploy that nobody notified us of, names it, and leaves the rest to the next job', async () => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()

    const view = await refresh(id)

    expect(view.isCollecting).toBe(false)
    expect(view.suspects[0]).toMatchObject({ service: 'checkout', kind: 'deploy', revision: '7f3c21ad0e5b9c1f' })
    expect(view.suspects[0]?.probability).toBeGreaterThan(0.9)
    expect(view.suspects[0]?.at).toEqual(new Date(ONSET.getTime() - 5 * 60_000))
    expect(await timelineOf(id)).toEqual([
      'Likely cause (95 %): deploy of checkout to 7f3c21a at 13:57 UTC. It was done 5 min before the symptom began.',
    ])
    expect(await cardsAskedFor(id)).toBe(1)
    expect(world.hints).toEqual([{ name: 'incident.propose', data: { incidentId: id }, key: id }])
  })

  it('says every sentence with the evidence it rests on', async () => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()

    const view = await refresh(id)
    const evidence = await world.deps.stores.evidence.list(id)

    expect(view.summary.source).toBe('facts')
    const day = `${ONSET.toISOString().slice(0, 10)} `
    expect(view.summary.sentences.map((sentence) => sentence.text.replace(day, ''))).toEqual([
      'checkout in production: 5xx at 8.4 % of requests, since 14:02 UTC.',
      expect.stringMatching(/^SEV2 \(assumed\), 1 alert fires; HighErrorRate at 0\.084/),
      'Likely cause (95 %): checkout deploy 7f3c21a at 13:57 UTC.',
      'Nobody has taken it.',
    ])
    const ids = [...evidence.map((piece) => piece.id), id]
    expect(view.summary.sentences.every(({ evidence: cited }) => cited.length > 0)).toBe(true)
    expect(view.summary.sentences.flatMap((sentence) => sentence.evidence).every((one) => ids.includes(one))).toBe(true)
    expect(evidence.map((piece) => piece.kind).sort()).toEqual([
      'alert',
      'change',
      'deploy_state',
      'deploy_state',
      'metric',
      'note',
      'note',
    ])
  })

  it('does nothing the second time but to ask', async () => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()
    await refresh(id)
    await cardsAskedFor(id)
    const before = await world.deps.stores.evidence.list(id)

    const view = await refresh(id)

    expect(await cardsAskedFor(id)).toBe(0)
    expect(await timelineOf(id)).toHaveLength(1)
    expect(await world.deps.stores.evidence.list(id)).toEqual(before)
    expect(view.suspects).toHaveLength(1)
  })

  it('may run twice at once', async () => {
    world.history.push(deployOf('payments', 5))
    const id = await world.openIncident()

    await Promise.all([refresh(id), refresh(id)])

    expect((await viewOf(id)).suspects).toHaveLength(1)
    expect((await world.deps.stores.changes.listBetween(['payments'], new Date(0), ONSET)).length).toBe(1)
  })

  it('names no cause when a dependency fails and only the dependant was deployed', async () => {
    world.history.push(deployOf('frontend', 3, { sourceId: 'frontend/innocent' }))
    const id = await world.openIncident([{}, { service: 'frontend', name: 'HighLatency' }])

    const view = await refresh(id)

    expect(view.suspects.filter((suspect) => suspect.service === 'frontend')).toEqual([])
  })

  it('says that nothing changed, and where it looked', async () => {
    const id = await world.openIncident()

    const view = await refresh(id)

    expect(view.unknownCause).toBe('No change within 2 h before the symptom began.')
    expect(await timelineOf(id)).toEqual(['The cause is not known: No change within 2 h before the symptom began.'])
    const [search] = (await world.deps.stores.evidence.list(id)).filter((piece) => piece.source === 'countersign')
    expect(search?.fact).toContain('No change of')
    expect(search?.fact).toContain('by reports received, Argo CD')
  })

  it('goes on without what cannot be reached, and says so', async () => {
    world.source.fault = 'down'
    world.prometheus.fault = 'reset'
    const id = await world.openIncident()

    const view = await refresh(id)

    expect(view.unreachable).toEqual(['Argo CD', 'Prometheus'])
    expect(view.isCollecting).toBe(false)
    expect(view.summary.sentences.map((sentence) => sentence.text)).toContain('Not reached: Argo CD and Prometheus.')
    expect(world.hints.map((hint) => hint.name)).toEqual(['incident.propose'])
  })

  it('is not held up by a source that never answers', async () => {
    world.source.fault = 'hang'
    const id = await world.openIncident()

    const view = await refresh(id)

    expect(view.unreachable).toEqual(['Argo CD'])
    expect(view.summary.sentences.some((sentence) => sentence.text.includes('0.084'))).toBe(true)
  })

  it('tells when another change takes the lead', async () => {
    const id = await world.openIncident([{ service: 'payments', name: 'PaymentsDown' }])
    await refresh(id)
    world.history.push(deployOf('payments', 1, { sourceId: 'payments/late', revision: 'v2.0.1' }))

    await refresh(id)

    expect((await timelineOf(id)).at(-1)).toContain('deploy of payments to v2.0.1')
  })

  it('leaves a resolved incident alone', async () => {
    const id = await world.openIncident()
    await world.deps.stores.incidents.move(id, ['open'], 'resolved')
    const asked = world.source.asked

    await refresh(id)

    expect(world.source.asked).toBe(asked)
    expect(world.hints).toEqual([])
  })

  it('keeps secrets of alert texts out of the evidence', async () => {
    const id = await world.openIncident([{ annotations: { summary: 'login with password=hunter2hunter2 fails' } }])

    await refresh(id)

    expect(JSON.stringify(await world.deps.stores.evidence.list(id))).not.toContain('hunter2')
  })
})

describe('a refresh with a model', () => {
  const better = (id: string, change: string) =>
    JSON.stringify({
      sentences: [
        { text: 'checkout answers 8.4 % of requests with 5xx since 14:02 UTC.', evidence: [id] },
        { text: 'The deploy of checkout to 7f3c21a at 13:57 UTC succeeded.', evidence: [change] },
      ],
    })
  const idIn = (prompt: string, kind: string) =>
    new RegExp(`<<<evidence (EV-\\d+) \\w+\\n${kind}`).exec(prompt)?.[1] ?? ''

  it('shows the facts first and better words later', async () => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()
    const shownMeanwhile: string[] = []
    const model = scriptedModel(async ({ user }) => {
      shownMeanwhile.push((await viewOf(id)).summary.source)
      return better(idIn(user, 'alert'), idIn(user, 'change'))
    })

    const view = await refresh(id, { ...world.deps, model })

    expect(shownMeanwhile).toEqual(['facts'])
    expect(view.summary.source).toBe('model')
    expect(view.summary.sentences).toHaveLength(2)
  })

  it('asks it again only when the story is another one', async () => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()
    const model = scriptedModel(({ user }) => better(idIn(user, 'alert'), idIn(user, 'change')))
    await refresh(id, { ...world.deps, model })

    await refresh(id, { ...world.deps, model })

    expect(model.requests).toHaveLength(1)
  })

  it('shows the facts again as soon as a word of it is no longer true', async () => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()
    const model = scriptedModel(({ user }) => better(idIn(user, 'alert'), idIn(user, 'change')))
    await refresh(id, { ...world.deps, model })
    const [alert] = (await world.deps.stores.evidence.list(id)).filter((piece) => piece.kind === 'alert')
    if (alert === undefined) throw new Error('no alert was collected')

    await world.deps.stores.evidence.save([{ ...alert, key: 'alert:HighErrorRate checkout', fact: 'It is resolved' }])

    expect((await viewOf(id)).summary.source).toBe('facts')
  })

  it.each<[string, (prompt: string) => string | Promise<string>]>([
    ['fails', () => Promise.reject(new Error('down'))],
    ['invents', () => '{"sentences":[{"text":"The database lost 500 rows.","evidence":["EV-1"]}]}'],
    ['babbles', () => 'As a language model'],
  ])('keeps the facts when the model %s', async (_name, answer) => {
    world.history.push(deployOf('checkout', 5))
    const id = await world.openIncident()

    const view = await refresh(id, { ...world.deps, model: scriptedModel(({ user }) => answer(user)) })

    expect(view.summary.source).toBe('facts')
    expect(view.summary.sentences.length).toBeGreaterThan(3)
  })
})
