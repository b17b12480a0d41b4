import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CHANNEL, TENANT } from '../../fakes/teams/activities.ts'
import { describeReply } from './replies-alike.ts'
import {
  openConfigurationWorld,
  ADA as ADA_,
  ANA as ANA_,
  BEN as BEN_,
  EDITED,
  RIA as RIA_,
  filesOf,
} from '../../integration/configuration/world.ts'
import { openConsoleDriver } from './open-console-driver.ts'
import { openSlackDriver, SLACK_CHANNEL, SLACK_TEAM } from './open-slack-driver.ts'
import { openTeamsDriver } from './open-teams-driver.ts'
import { withoutLayout } from './surface-driver.ts'
import type { Answered, OpenChange, SurfaceDriver } from './surface-driver.ts'
import type { ConfigurationWorld } from '../../integration/configuration/world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'

/** A change of policies and playbooks, shown and decided through the real adapters of each surface. */
const onEverySurface = (someone: Person, number: number): Person => ({
  ...someone,
  slack: { team: SLACK_TEAM, user: `U000${String(number)}` },
  teams: { tenant: TENANT, user: `aad-${someone.name.toLowerCase()}` },
})
const [ADA, ANA, BEN, RIA] = [ADA_, ANA_, BEN_, RIA_].map(onEverySurface) as [Person, Person, Person, Person]
const DIGEST = EDITED.digest.slice(0, 8)

let world: ConfigurationWorld
let deps: Deps
let drivers: readonly SurfaceDriver[]

/** CFG-2 waits. */
beforeEach(async () => {
  world = await openConfigurationWorld()
  world.people = [ADA, ANA, BEN, RIA]
  const routes = [
    { surface: 'slack', owner: null, severity: null, channel: SLACK_CHANNEL },
    { surface: 'teams', owner: null, severity: null, channel: CHANNEL },
  ] as const
  await world.start()
  const replica = await world.start({ found: EDITED, settings: { routes } })
  const findByAccount: Deps['directory']['findByAccount'] = ({ user }) =>
    world.people.find(({ id, slack, teams }) => [id, slack?.user, teams?.user].includes(user))
  deps = { ...replica.deps, directory: { ...replica.deps.directory, findByAccount } }
  drivers = [await openSlackDriver(deps), await openTeamsDriver(deps), await openConsoleDriver(deps)]
})
afterEach(async () => {
  for (const driver of drivers) await driver.close()
  await world.close()
})

async function onEach(work: (driver: SurfaceDriver) => Promise<Answered>): Promise<Answered> {
  const answers: Answered[] = []
  for (const driver of drivers) answers.push(await work(driver))
  const [first] = answers
  if (first === undefined) throw new Error('There are no surfaces.')
  for (const { reply, words } of answers) {
    expect(describeReply(reply)).toBe(describeReply(first.reply))
    expect(words).toContain(withoutLayout(reply.text))
  }
  return first
}

async function pressNow(driver: SurfaceDriver, person: Person, label: string, words?: string): Promise<Answered> {
  return (await driver.openChange(person, 'CFG-2')).press(label, words)
}

const inForce = async () => {
  await deps.configuration.catchUp()
  return deps.configuration.digest
}
const FIRST = filesOf().digest

describe('a change of policies and playbooks', () => {
  it('is shown alike, and what is typed or pressed by one who may not is refused alike', async () => {
    for (const driver of drivers) {
      const words = (await driver.openChange(RIA, 'CFG-2')).words
      expect(words).toContain('CFG-2: policies and playbooks')
      expect(words).toContain('timeout: 6m')
      expect(words).toMatch(/2 of 2 approvals are missing/)
    }
    const looked = await onEach((driver) => driver.say(ANA, 'approve CFG-2'))
    expect(looked.reply).toMatchObject({ kind: 'answer', code: 'done' })
    expect(looked.reply.text).toContain(`approve CFG-2 ${DIGEST}`)

    const pressed = await onEach((driver) => pressNow(driver, RIA, 'Approve'))
    const typed = await onEach((driver) => driver.say(RIA, `approve CFG-2 ${DIGEST}`))
    const rejected = await onEach((driver) => pressNow(driver, RIA, 'Reject', 'I do not like it'))
    for (const { reply } of [pressed, typed, rejected]) expect(reply).toMatchObject({ code: 'not_allowed' })

    const other = await onEach((driver) => driver.say(ANA, 'approve CFG-2 deadbeef'))
    expect(other.reply).toMatchObject({ code: 'hash_mismatch' })
    const wordless = await onEach((driver) => driver.say(ANA, 'reject CFG-2'))
    expect(wordless.reply.kind).toBe('refused')
    expect(await inForce()).toBe(FIRST)
  })

  it('takes two people: one counts once, on whatever surface, and an old button changes nothing', async () => {
    const [slack, teams] = drivers as [SurfaceDriver, SurfaceDriver, SurfaceDriver]

    const first = await pressNow(slack, ANA, 'Approve')
    expect(first.reply).toMatchObject({ code: 'counted' })
    expect(first.words).toContain('1 more of another person is needed')
    const again = await onEach((driver) => pressNow(driver, ANA, 'Approve'))
    expect(again.reply).toMatchObject({ code: 'already_decided' })
    expect(await inForce()).toBe(FIRST)

    const held: OpenChange[] = []
    for (const driver of drivers) held.push(await driver.openChange(ADA, 'CFG-2'))
    const second = await pressNow(teams, BEN, 'Approve')
    expect(second.reply).toMatchObject({ code: 'accepted' })
    expect(second.words).toContain('CFG-2 is in force, approved by')
    expect(await inForce()).toBe(EDITED.digest)

    // Ada still has the message before her on each surface, with its buttons.
    const stale = await onEach((driver) => held[drivers.indexOf(driver)]!.press('Approve'))
    expect(stale.reply).toMatchObject({ kind: 'refused', code: 'already_decided' })
    const late = await onEach((driver) => driver.say(ADA, `approve CFG-2 ${DIGEST}`))
    expect(late.reply).toMatchObject({ kind: 'refused', code: 'already_decided' })
    expect(late.words).toContain('CFG-2 came into force')
    for (const driver of drivers) {
      expect((await driver.openChange(ADA, 'CFG-2')).words).toMatch(/accepted/i)
      await expect(pressNow(driver, ADA, 'Approve')).rejects.toThrow(/[Bb]utton/)
    }
  })
})

describe('a rejection with a reason', () => {
  it.each(['slack', 'teams', 'console'])(
    'on %s closes it everywhere',
    async (name) => {
      const driver = drivers.find((one) => one.name === name)

      await Promise.all(drivers.map((each) => each.openChange(ANA, 'CFG-2')))
      const shown = await driver?.openChange(BEN, 'CFG-2')
      const answer = await shown?.press('Reject', 'six minutes are too long')

      expect(answer?.reply).toMatchObject({ code: 'rejected' })
      expect(answer?.words).toContain('is rejected by Ben')
      for (const each of drivers) {
        expect((await each.openChange(ANA, 'CFG-2')).words).toContain('six minutes are too long')
      }
      expect(await inForce()).toBe(FIRST)
    },
    240_000,
  )
})
