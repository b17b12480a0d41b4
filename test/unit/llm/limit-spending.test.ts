import { describe, expect, it } from '@jest/globals'
import { limitSpending } from '../../../src/llm/limit-spending.ts'
import { scriptedModel } from '../../fakes/scripted-model.ts'
import type { ModelRequest } from '../../../src/ports/language-model.ts'

const asking = (incidentId: string): ModelRequest => ({
  ...{ purpose: 'test', incidentId, system: '', user: '', answerSchema: {}, maxOutputTokens: 1 },
})
const signal = AbortSignal.any([])

describe('the budget of an incident', () => {
  it('refuses the call after the last one, and leaves other incidents theirs', async () => {
    const inner = scriptedModel(() => '{}')
    const model = limitSpending(inner, { calls: 2, tokens: 1_000 })
    await model.complete(asking('INC-1'), signal)
    await model.complete(asking('INC-1'), signal)

    await expect(model.complete(asking('INC-1'), signal)).rejects.toThrow('budget of INC-1')
    await expect(model.complete(asking('INC-2'), signal)).resolves.toBeDefined()
    expect(inner.requests).toHaveLength(3)
  })

  it('counts tokens as well', async () => {
    const model = limitSpending(
      scriptedModel(() => '{}'),
      { calls: 100, tokens: 15 },
    )
    await model.complete(asking('INC-1'), signal)

    await expect(model.complete(asking('INC-1'), signal)).rejects.toThrow('budget of INC-1')
  })

  it('is not kept without it: the third call is sent (twin)', async () => {
    const inner = scriptedModel(() => '{}')
    for (let call = 0; call < 3; call += 1) await inner.complete(asking('INC-1'), signal)

    expect(inner.requests).toHaveLength(3)
  })
})
