import { describe, expect, it } from '@jest/globals'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../src/kernel/vendor-errors.ts'
import { judgeFailure } from '../../../src/orchestrator/outbox/judge-failure.ts'
import type { OutboxMessage, WaitingMessage } from '../../../src/ports/outbox.ts'

const CARD: OutboxMessage = { kind: 'card', incidentId: 'INC-1', priority: 'approval' }
const THREAD: OutboxMessage = { kind: 'thread', incidentId: 'INC-1', text: 'a word', priority: 'chatter' }

function waiting(message: OutboxMessage, attempts: number): WaitingMessage {
  return { id: '1', version: 1, message, attempts, begun: 0, mayHaveArrived: false, createdAt: new Date(0) }
}

describe('a message that could not be delivered', () => {
  it.each([
    // An outage of any length: the card is shown when it is over.
    ['a card after a thousand attempts', CARD, 1000, new VendorUnreachableError('Slack', 'refused'), 'retry'],
    ['a card whose answer was lost', CARD, 3, new VendorUnknownError('Slack', 'reset'), 'retry'],
    // What the platform will never take.
    [
      'a card for a channel that is gone',
      CARD,
      0,
      new VendorRejectedError('Slack', 200, 'channel_not_found', 'gone'),
      'bury',
    ],
    // A token that somebody has to replace is not the message's fault.
    [
      'a card with a revoked token',
      CARD,
      0,
      new VendorRejectedError('Slack', 200, 'token_revoked', 'revoked'),
      'retry',
    ],
    ['chatter in the first hour', THREAD, 10, new VendorUnreachableError('Slack', 'refused'), 'retry'],
    ['chatter after an hour', THREAD, 59, new VendorUnreachableError('Slack', 'refused'), 'bury'],
  ] as const)('%s', (_case, message, attempts, error, next) => {
    expect(judgeFailure(waiting(message, attempts), error, 0).next).toBe(next)
  })

  it('waits as long as the platform says, and that is no failed attempt', () => {
    expect(judgeFailure(waiting(CARD, 5), new VendorBusyError('Slack', 7000), 0)).toMatchObject({
      next: 'retry',
      delayMs: 7000,
      isAttempt: false,
    })
  })

  it('backs off to a minute and spreads within the upper half', () => {
    const error = new VendorUnreachableError('Slack', 'refused')

    const delays = [0, 1, 2, 20].map((attempts) =>
      [0, 255].map((byte) => judgeFailure(waiting(CARD, attempts), error, byte).delayMs),
    )

    expect(delays).toEqual([
      [500, 1000],
      [1000, 2000],
      [2000, 4000],
      [30_000, 60_000],
    ])
  })
})
