import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { ANA, auditEvents, openWorld } from './world.ts'
import { breakGlass } from '../../../src/orchestrator/break-glass/break-glass.ts'
import { noteBreakGlass } from '../../../src/orchestrator/break-glass/note-break-glass.ts'
import { openPagerDutyWorld } from '../../contract/pagerduty/pagerduty-world.ts'
import { openProposal } from './presses.ts'
import { withBreakGlass } from './glass-world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { PagerDutyWorld } from '../../contract/pagerduty/pagerduty-world.ts'
import type { World } from './world.ts'

let world: World
let pager: PagerDutyWorld
let deps: Deps
beforeAll(async () => {
  world = await openWorld()
})
beforeEach(async () => {
  pager = await openPagerDutyWorld()
  deps = { ...withBreakGlass(world), actions: pager.runner }
})
afterEach(() => pager.fake.server.close())
afterAll(() => world.close())

const idle = new AbortController().signal

async function broken() {
  const proposal = await openProposal(world, 2)
  await breakGlass(deps, {
    ...{ proposalId: proposal.id, incidentId: null, personId: ANA.id, planHash: proposal.planHash, origin: 'slack' },
    reason: 'checkout is down and nobody answers',
  })
  return proposal
}

it('the linked PagerDuty incident carries a note of it, once, however often the job comes', async () => {
  pager.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
  const proposal = await broken()

  await noteBreakGlass(deps, { proposalId: proposal.id }, idle)
  await noteBreakGlass(deps, { proposalId: proposal.id }, idle)

  expect(pager.fake.countNotes('BREAK-GLASS: Ana runs')).toBe(1)
  const events = await auditEvents(world, proposal.incidentId)
  expect(events.slice(events.indexOf('break_glass.used'))).toEqual(
    expect.arrayContaining(['break_glass.note_intended', 'break_glass.noted']),
  )
})

it('a note whose answer got lost is found again, and not written twice', async () => {
  pager.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
  const proposal = await broken()
  pager.fake.server.inject({ kind: 'effect-then-drop', matches: ({ method }) => method === 'POST' })

  await expect(noteBreakGlass(deps, { proposalId: proposal.id }, idle)).rejects.toThrow(/no note of the break-glass/)
  await noteBreakGlass(deps, { proposalId: proposal.id }, idle)

  expect(pager.fake.countNotes('BREAK-GLASS: Ana runs')).toBe(1)
})

it('where no incident is linked for certain nothing is written, and that is on record', async () => {
  const proposal = await broken()

  await noteBreakGlass(deps, { proposalId: proposal.id }, idle)

  expect(pager.fake.countNotes('BREAK-GLASS')).toBe(0)
  expect(await auditEvents(world, proposal.incidentId)).toContain('break_glass.noted')
})
