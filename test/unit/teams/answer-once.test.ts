import { expect, it } from '@jest/globals'
import { answerOnce } from '../../../src/adapters/teams/incoming/answer-once.ts'
import { createReplayGuard } from '../../../src/adapters/slack/incoming/replay-guard.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import type { ServedAnswer } from '../../../src/ports/delivery-store.ts'

/** The first one runs already, and is answered when a copy has looked three times. */
function firstOneRuns() {
  const written: string[] = []
  let looks = 0
  const now = (): ServedAnswer => ({ status: looks > 3 ? 200 : null, answer: looks > 3 ? 'said' : null })
  return {
    written,
    serve: async () => {
      written.push('a copy')
      return now()
    },
    servedAnswer: async () => {
      looks += 1
      return now()
    },
    served: async () => {
      written.push('an answer')
    },
  }
}

it('a copy that waits for the first answer in Teams only reads meanwhile', async () => {
  const deliveries = firstOneRuns()

  expect(await answerOnce({ deliveries, telemetry: silentTelemetry }, 'key', async () => 'ran again')).toBe('said')
  expect(deliveries.written).toEqual(['a copy'])
})

it('a copy that waits for the first answer in Slack only reads meanwhile', async () => {
  const deliveries = firstOneRuns()

  expect(await createReplayGuard(deliveries, silentTelemetry).begin('key')).toEqual({ isNew: false, status: 200 })
  expect(deliveries.written).toEqual(['a copy'])
})
