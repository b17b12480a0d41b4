import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { closeRefusalMinutes, recordRefusal } from '../../../src/orchestrator/record-refusal.ts'
import { openIntakeWorld } from './intake-world.ts'
import type { IntakeWorld } from './intake-world.ts'

let world: IntakeWorld
beforeAll(async () => {
  world = await openIntakeWorld()
})
afterAll(() => world.close())

const leaves = () => world.sql<{ event: string; bytes: Buffer }>('SELECT event, bytes FROM audit_leaves ORDER BY id')

describe('requests that nobody was known to have sent', () => {
  it('are on the audit log once per source, reason and minute, and with their count when the minute is over', async () => {
    const refusal = { source: 'github', reason: 'wrong_signature', origin: 'webhook' as const }
    await recordRefusal(world.deps, { ...refusal, count: 1 })
    await recordRefusal(world.deps, { ...refusal, count: 41 })
    await recordRefusal(world.deps, { ...refusal, reason: 'no_signature', count: 1 })
    // Should the minute turn between the calls, the first of the new minute is on the log as well.
    const minutes = await world.count('refusal_counts')
    expect(await world.count('audit_leaves')).toBe(minutes)
    await world.sql(`UPDATE refusal_counts SET minute = minute - interval '2 minutes'`)

    const closed = await closeRefusalMinutes(world.deps)

    expect(closed).toBeGreaterThanOrEqual(1)
    expect(await closeRefusalMinutes(world.deps)).toBe(0)
    const texts = (await leaves()).map((leaf) => leaf.bytes.toString())
    expect(texts.filter((text) => text.includes('refusals.counted'))).toHaveLength(closed)
    expect(texts.some((text) => /"count":4[12]/.test(text))).toBe(true)
  })
})
