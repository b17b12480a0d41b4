import { describe, expect, it } from '@jest/globals'
import { change, input, minutesBefore } from './make-incident.ts'
import { judgeCauses } from '../../../src/changes/judge-causes.ts'
import { serviceHistory } from '../../../src/changes/features/service-history.ts'
import { scoreSuspects } from '../../../src/changes/score-suspects.ts'
import type { ChangeEvent } from '../../../src/domain/change-event.ts'
import type { Feedback, FeedbackAnswer } from '../../../src/domain/feedback.ts'

let people = 0
function said(answer: FeedbackAnswer, changeId = 'CHG-1', incidentId = 'INC-1'): Feedback {
  people += 1
  const about = { question: 'cause', changeId, runId: null, probability: 0.8 } as const
  return { incidentId, personId: `person-${String(people)}`, answer, ...about, at: new Date(0) }
}
const verdictOn = (...answers: Feedback[]) => judgeCauses(answers).get('CHG-1')

describe('what people say of a cause', () => {
  it.each([
    [['yes'], 'confirmed'],
    [['no'], 'refuted'],
    [['yes', 'yes', 'no'], 'confirmed'],
    [['yes', 'no', 'no'], 'refuted'],
    [['yes', 'no'], undefined],
    [['unsure', 'unsure'], undefined],
    [['unsure', 'unsure', 'no'], 'refuted'],
    [[], undefined],
  ] satisfies [FeedbackAnswer[], string | undefined][])('%j: %s', (answers, expected) => {
    expect(verdictOn(...answers.map((answer) => said(answer)))).toBe(expected)
  })

  it('is weighed incident by incident: to have caused one is enough', () => {
    const elsewhere = [said('no', 'CHG-1', 'INC-2'), said('no', 'CHG-1', 'INC-2')]

    expect(verdictOn(said('yes'), ...elsewhere)).toBe('confirmed')
    expect(verdictOn(...elsewhere)).toBe('refuted')
  })

  it('is kept apart by change, and says nothing of a playbook', () => {
    const ofRun = { ...said('no'), question: 'playbook', changeId: null, runId: 'RUN-1' } as const

    expect([...judgeCauses([said('yes'), said('no', 'CHG-2'), ofRun])]).toEqual([
      ['CHG-1', 'confirmed'],
      ['CHG-2', 'refuted'],
    ])
  })
})

describe('the record of a service', () => {
  const subject = change()
  const earlier = (outcome: ChangeEvent['outcome'], hours: number) =>
    change({ id: `CHG-${String(hours)}h`, outcome, at: minutesBefore(hours * 60) })
  const past = [earlier('succeeded', 1), earlier('succeeded', 2), earlier('rolled_back', 3), earlier('failed', 4)]
  const judged = (id: string, verdict: 'confirmed' | 'refuted') => new Map([[id, verdict]] as const)
  const reasonFor = (...given: Parameters<typeof judged> | []) => {
    const verdicts = given.length === 0 ? new Map() : judged(...given)
    const found = scoreSuspects(input({ changes: [subject], past, judged: verdicts }), [serviceHistory])
    return found.considered[0]?.reasons[0]
  }

  it('counts what failed or was rolled back', () => {
    expect(reasonFor()?.text).toBe('2 of the 4 changes of checkout before it failed or were rolled back.')
  })

  it('counts a change that people say was a cause', () => {
    const reason = reasonFor('CHG-1h', 'confirmed')

    expect(reason?.text).toBe(
      '3 of the 4 changes of checkout before it failed, were rolled back or caused an incident.',
    )
    expect(reason?.weight).toBeGreaterThan(reasonFor()?.weight ?? Infinity)
  })

  it('does not count one that was rolled back and was not the cause', () => {
    const reason = reasonFor('CHG-3h', 'refuted')

    expect(reason?.text).toBe('1 of the 4 changes of checkout before it failed or were rolled back.')
    expect(reason?.weight).toBeLessThan(reasonFor()?.weight ?? -Infinity)
  })

  it('counts one that failed by itself, whatever it was the cause of', () => {
    expect(reasonFor('CHG-4h', 'refuted')).toEqual(reasonFor())
    expect(reasonFor('CHG-4h', 'confirmed')?.weight).toBe(reasonFor()?.weight)
  })

  it('is not changed by what is said of the suspect itself', () => {
    expect(reasonFor(subject.id, 'refuted')).toEqual(reasonFor())
  })
})
