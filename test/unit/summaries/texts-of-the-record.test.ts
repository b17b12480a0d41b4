import { describe, expect, it } from '@jest/globals'
import { answerFromFacts } from '../../../src/summaries/answer-from-facts.ts'
import { EVIDENCE } from './make-evidence.ts'
import { makeProposal, makeRun, makeView } from '../../fakes/slack/make-view.ts'
import { writeHandover } from '../../../src/summaries/write-handover.ts'
import { writePostmortem } from '../../../src/summaries/write-postmortem.ts'
import { writeStatusUpdate } from '../../../src/summaries/write-status-update.ts'
import type { TextSection } from '../../../src/summaries/text-section.ts'

const saidBy = (sections: readonly TextSection[]) =>
  sections.flatMap(({ sentences }) => sentences.map(({ text }) => text)).join(' ')
const uncited = (sections: readonly TextSection[]) =>
  sections.flatMap(({ sentences }) => sentences).filter(({ evidence }) => evidence.length === 0)

describe('a handover without a model', () => {
  it('says where it stands and what waits, and rests every sentence on the record', () => {
    const view = makeView({ proposal: makeProposal(), followUps: ['Revert in Git.'] })
    const sections = writeHandover(view)

    expect(saidBy(sections)).toContain(`${view.id} is ${view.state}`)
    expect(saidBy(sections)).toContain('waits for approval')
    expect(saidBy(sections)).toContain('Revert in Git.')
    expect(uncited(sections.filter(({ title }) => title !== 'Where it stands'))).toEqual([])
  })
})

describe('what a handover rests on', () => {
  it('is the incident, the plan or the run of which it tells', () => {
    const view = makeView({ proposal: makeProposal(), run: makeRun({ canUndo: true }), followUps: ['Revert in Git.'] })
    const cited = writeHandover(view)
      .filter(({ title }) => title !== 'Where it stands')
      .flatMap(({ sentences }) => sentences.map(({ evidence: [id] }) => id))

    expect(cited).toEqual([view.id, view.proposal?.id, view.run?.id, view.id])
  })
})

describe('an update for people who do not know the systems', () => {
  it('names what is affected and who may feel it, and no version or playbook', () => {
    const view = makeView({ proposal: makeProposal() })
    const text = saidBy(writeStatusUpdate(view, ['web']))

    expect(text).toContain('web may feel it as well.')
    expect(text).not.toContain(view.proposal?.playbookTitle ?? 'x')
  })

  it('says when it is over', () => {
    expect(
      saidBy(writeStatusUpdate(makeView({ state: 'resolved', alerts: { total: 3, distinct: 2, firing: 0 } }), [])),
    ).toContain('It is over.')
  })
})

describe('an update that would not be true', () => {
  const firing = { total: 3, distinct: 2, firing: 1 }

  it.each(['mitigated', 'resolved'] as const)('is not given: %s, and an alert fires', (state) => {
    const over = { state, mitigatedAt: new Date(), resolvedAt: new Date() }
    const [wrong, right] = [firing, { ...firing, firing: 0 }].map((alerts) =>
      saidBy(writeStatusUpdate(makeView({ ...over, alerts }), [])),
    )

    expect(wrong).toContain('It was taken for over, and alarms still sound.')
    expect(wrong).toContain('has a problem since')
    expect(wrong).not.toMatch(/It is over|no longer felt|had a problem/)
    expect(right).toMatch(/It is over|no longer felt/)
  })

  it.each([
    ['queued', 'is about to start'],
    ['waiting', 'is under way'],
    ['unknown', 'people check what became of it'],
    ['succeeded', 'was carried out'],
    ['failed', 'failed'],
    ['stopped', 'was stopped'],
    ['undone', 'was tried and taken back'],
  ] as const)('keeps silent about no repair: %s', (state, words) => {
    const view = makeView({ run: makeRun({ state }), proposal: makeProposal() })
    const text = saidBy(writeStatusUpdate(view, []))

    expect(text).toContain(words)
    expect(text).toContain('A repair is prepared and waits for approval.')
  })
})

describe('a draft of a post-mortem', () => {
  it('tells cause, what was done and the timeline from the record, every sentence with what it rests on', () => {
    const view = makeView({ run: makeRun({ state: 'succeeded' }) })
    const entry = {
      ...{ id: '7', incidentId: view.id, at: view.openedAt, origin: 'webhook' as const, event: 'incident.opened' },
      ...{
        actor: { type: 'service' as const, id: 'countersign', name: 'countersign' },
        text: 'The incident is opened.',
      },
    }
    const sections = writePostmortem({ view, evidence: EVIDENCE, timeline: [entry] })

    expect(sections.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Impact', 'Likely cause', 'What was done', 'Timeline']),
    )
    expect(saidBy(sections)).toContain('The incident is opened.')
    expect(uncited(sections.filter(({ title }) => title !== 'What happened'))).toEqual([])
  })
})

describe('a question without a model', () => {
  it('is answered by the pieces that share its words, and by none where nothing does', () => {
    const [first] = answerFromFacts('which deploy was it?', EVIDENCE)

    expect(first?.text).toContain('eploy')
    expect(answerFromFacts('zebra unicorn', EVIDENCE)).toEqual([])
  })
})
