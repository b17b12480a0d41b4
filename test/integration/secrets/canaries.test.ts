import { beforeAll, describe, expect, it } from '@jest/globals'
import { ASSIGNED, CONFIGURED, LOOK_ALIKES, hitsIn } from './canaries.ts'
import { SINKS, tellStory } from './told-story.ts'
import type { Sinks } from './told-story.ts'

/** A whole installation with thousands of requests, on a machine that may be busy. */
const STORY_MS = 400_000

describe('secrets thrown at every way in', () => {
  let sinks: Sinks
  beforeAll(async () => {
    sinks = await tellStory()
  }, STORY_MS)

  it.each(SINKS)('configured ones, plain, in base64 and over two lines, are nowhere in: %s', (sink) => {
    expect(hitsIn(sinks[sink], CONFIGURED)).toEqual([])
  })

  it.each(SINKS)('what only looks like one is nowhere in: %s', (sink) => {
    const plain = [...LOOK_ALIKES, ASSIGNED.secret].filter((secret) => sinks[sink].includes(secret))

    expect(plain).toEqual([])
  })

  it.each(SINKS)('something was there to be searched: %s', (sink) => {
    expect(sinks[sink].length).toBeGreaterThan(100)
  })

  it('leave the hashes, ids and links of what is shown as they are', () => {
    expect(sinks.json).toMatch(/"hash":"[0-9a-f]{64}"/)
    expect(sinks.slack).toContain('INC-1')
  })
})

describe('without the redactor, which knows no secret then', () => {
  let sinks: Sinks
  beforeAll(async () => {
    sinks = await tellStory([])
  }, STORY_MS)

  it.each([
    ...(['slack', 'teams', 'model', 'log', 'audit', 'json', 'pages'] as const),
    ...(['pack', 'picture', 'lists', 'pager'] as const),
  ])('configured secrets are in: %s', (sink) => {
    expect(hitsIn(sinks[sink], CONFIGURED)).not.toEqual([])
  })
})
