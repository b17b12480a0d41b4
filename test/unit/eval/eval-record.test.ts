import { describe, expect, it } from '@jest/globals'
import { drawReliability } from '../../../src/cli/eval/record/draw-reliability.ts'
import { printRecord } from '../../../src/cli/eval/record/print-record.ts'
import { scoreRecord } from '../../../src/cli/eval/record/score-record.ts'
import type { Replayed } from '../../../src/cli/eval/record/replay-record.ts'

function replayed(change: Partial<Replayed>, answers: Partial<Replayed['answers']> = {}): Replayed {
  return {
    ...{
      id: 'INC-1',
      suspects: [{ changeId: 'CHG-1', probability: 0.8 }],
      proposed: 'rollback',
      withModel: 'rollback',
    },
    advice: 'not_asked',
    answers: { causes: {}, by: null, shown: { changeId: 'CHG-1', probability: 0.8 }, runs: [], ...answers },
    ...change,
  }
}
const CONFIRMED = { causes: { 'CHG-1': 'confirmed' }, by: 'people' } as const
const REFUTED = { causes: { 'CHG-1': 'refuted' }, by: 'people' } as const

describe('the scores of a record', () => {
  it('count what people confirmed as right, what they refuted as wrong, and what nobody answered not at all', () => {
    const scores = scoreRecord([replayed({}, CONFIRMED), replayed({}, REFUTED), replayed({})], false)

    expect(scores).toMatchObject({ n: 3, causeAt1: { value: 0.5, n: 2 }, causeAt3: { value: 1, n: 1 } })
    expect(scores.brier).toMatchObject({ value: (0.2 ** 2 + 0.8 ** 2) / 2, n: 2 })
    expect(scores.calibration.bins).toMatchObject([{ from: 0.8, to: 1, confirmed: { value: 0.5, n: 2 } }])
    expect(drawReliability(scores.calibration).match(/class="bin"/g)).toHaveLength(1)
  })

  it('put what a model’s order changes beside the facts', () => {
    const runs = [
      { playbook: 'restart', help: 1 },
      { playbook: 'rollback', help: 0 },
    ]
    const scores = scoreRecord([replayed({ withModel: 'restart', advice: 'used' }, { runs })], true)

    expect([scores.byFacts.right, scores.byModel?.right]).toMatchObject([{ value: 0 }, { value: 1 }])
    expect(printRecord(scores, 'gpt').join('\n')).toContain("model's order was used in 1 incidents")
    expect(printRecord(scoreRecord([], false), null).join('\n')).toContain('No language model is configured')
  })
})
