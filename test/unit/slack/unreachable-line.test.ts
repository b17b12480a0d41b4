import { describe, expect, it } from '@jest/globals'
import { makeView } from '../../fakes/slack/make-view.ts'
import { plainTextOf } from './words-of.ts'
import { renderCard as renderConsoleCard } from '../../../src/adapters/console/render-card.ts'
import { renderCard } from '../../../src/adapters/slack/render/render-card.ts'
import type { UnreachableSurfaceView } from '../../../src/domain/incident-view.ts'

const SINCE = new Date('2026-11-21T10:04:00Z')

function lines(unreachable: UnreachableSurfaceView): { slack: string; console: string } {
  const view = makeView({ unreachableSurfaces: [unreachable] })
  const page = String(renderConsoleCard(view, { now: SINCE, csrf: undefined, personId: null }))
  return { slack: plainTextOf(renderCard(view).blocks), console: page.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ') }
}

describe('a card, while another surface cannot be reached', () => {
  it('says since when, and where to decide', () => {
    const { slack } = lines({ surface: 'teams', since: SINCE, decideIn: ['slack', 'console'] })
    expect(slack).toMatch(/Teams has not been reachable since .*10:04.*; decide in Slack or the console\./)

    const { console } = lines({ surface: 'slack', since: SINCE, decideIn: ['teams', 'console'] })
    expect(console).toMatch(/Slack has not been reachable since 10:04 UTC.*; decide in Teams or the console\./)
  })

  it('sends nobody to a place where nobody can decide', () => {
    expect(lines({ surface: 'slack', since: SINCE, decideIn: [] }).console).toMatch(
      /; decisions wait until it is back\./,
    )
  })
})
