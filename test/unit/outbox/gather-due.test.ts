import { describe, expect, it } from '@jest/globals'
import { gatherDue } from '../../../src/orchestrator/outbox/gather-due.ts'
import { joinPosts } from '../../../src/orchestrator/outbox/join-posts.ts'
import type { OutboxMessage, WaitingMessage } from '../../../src/ports/outbox.ts'

function waiting(id: string, message: OutboxMessage, mayHaveArrived = false): WaitingMessage {
  return { id, version: 1, message, attempts: 0, begun: 0, mayHaveArrived, createdAt: new Date(0) }
}
const said = (incidentId: string, text: string): OutboxMessage => ({
  kind: 'thread',
  incidentId,
  text,
  priority: 'result',
})
const card = (incidentId: string): OutboxMessage => ({ kind: 'card', incidentId, priority: 'result' })

describe('what is due', () => {
  it('is said together where it goes into one thread, and alone where it does not', () => {
    const due = [
      waiting('1', card('INC-1')),
      waiting('2', said('INC-1', 'a')),
      waiting('3', said('INC-2', 'b')),
      waiting('4', said('INC-1', 'c')),
      waiting('5', { kind: 'direct', incidentId: 'INC-1', personId: 'ana', text: 'd', priority: 'approval' }),
      waiting('6', { kind: 'post', incidentId: 'INC-1', text: 'e', key: 'k', priority: 'status' }),
    ]

    expect(gatherDue(due).map((batch) => batch.map(({ id }) => id))).toEqual([['1'], ['2', '4'], ['3'], ['5'], ['6']])
  })

  it('stays alone where it may have arrived: it is looked for by its own key', () => {
    const due = [
      waiting('1', said('INC-1', 'a'), true),
      waiting('2', said('INC-1', 'b')),
      waiting('3', said('INC-1', 'c')),
    ]

    expect(gatherDue(due).map((batch) => batch.map(({ id }) => id))).toEqual([['1'], ['2', '3']])
  })
})

describe('several posts as one', () => {
  it.each([
    [['only'], 'only'],
    [['first', 'second'], 'first\nsecond'],
  ])('%j', (texts, expected) => {
    expect(joinPosts(texts)).toBe(expected)
  })

  it('names how many it leaves out, the oldest', () => {
    const lines = joinPosts(Array.from({ length: 30 }, (_, index) => `line ${String(index)}`)).split('\n')

    expect(lines).toHaveLength(9)
    expect(lines[0]).toBe('22 earlier updates are on the timeline.')
    expect(lines.at(-1)).toBe('line 29')
  })
})
