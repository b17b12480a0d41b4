import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { roomName, roomNames } from '../../../src/domain/room-name.ts'
import { roomTopic } from '../../../src/orchestrator/outbox/room-topic.ts'

const INCIDENT = { id: 'INC-12', service: 'checkout', symptom: '5xx 8.4 %' }

describe('the name of an incident’s channel', () => {
  it.each([
    [INCIDENT, 'inc-12-checkout-5xx-8-4'],
    [{ ...INCIDENT, service: null, symptom: 'Überlast' }, 'inc-12-u-berlast'],
    [{ ...INCIDENT, symptom: '検索が遅い' }, 'inc-12-checkout'],
  ])('%#: %j', (view, expected) => {
    expect(roomName(view)).toBe(expected)
  })

  it('is valid, however long or odd the data, and so are its substitutes', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(anyText, anyText, (service, symptom) => {
        const names = roomNames(roomName({ id: 'INC-123456', service, symptom }))

        for (const name of names) expect(name).toMatch(/^inc-123456[a-z0-9-]{0,70}$/)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })
})

describe('the topic of an incident’s channel', () => {
  const topicOf = (change: object) =>
    roomTopic({ ...INCIDENT, severity: 'SEV2', state: 'open', commander: 'Ana Ruiz', resolvedAt: null, ...change })

  it('says what it is and how it stands', () => {
    expect(topicOf({})).toBe('INC-12 · SEV2 · checkout · open · commander Ana Ruiz. The pinned card has the rest.')
    expect(topicOf({ state: 'resolved', resolvedAt: new Date('2026-11-21T10:04:00Z'), commander: null })).toBe(
      'INC-12 · SEV2 · checkout · resolved 2026-11-21 10:04 UTC. The pinned card has the rest.',
    )
  })

  it('holds no mention, link or mark-up, whatever the service is called', () => {
    for (const service of ['<!channel>', 'https://evil.example/x', '<@U1>', '*bold*', 'www.evil.example']) {
      const words = topicOf({ service, commander: null })

      expect(words.replace('. The pinned card has the rest.', '')).not.toMatch(/[<>@:/.*!#&]/)
    }
  })
})
