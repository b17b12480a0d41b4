import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { decideChange } from '../../../src/orchestrator/configuration/decide-change.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { ADA, ANA, BEN, EDITED, RIA, approveChange, filesOf, openConfigurationWorld } from './world.ts'
import type { ConfigurationWorld } from './world.ts'
import type { Stores } from '../../../src/ports/stores.ts'

let world: ConfigurationWorld
beforeEach(async () => {
  world = await openConfigurationWorld()
})
afterEach(() => world.close())

const FIRST = filesOf()

describe('the very first start', () => {
  it('takes the files it finds, on record as the first', async () => {
    const { deps, settled } = await world.start()

    expect(settled).toMatchObject({ outcome: 'accepted', change: { id: 'CFG-1', review: 'first' } })
    expect(deps.configuration.digest).toBe(FIRST.digest)
    expect(await world.events()).toEqual(['configuration.accepted CFG-1 (success)'])
  })

  it('is one, whoever comes first of several replicas that start at once', async () => {
    const replicas = await Promise.all([world.start(), world.start(), world.start()])

    expect(replicas.map(({ settled }) => settled.outcome).toSorted()).toEqual(['accepted', 'same', 'same'])
    expect(await world.events()).toEqual(['configuration.accepted CFG-1 (success)'])
  })
})

describe('a changed playbook', () => {
  it('waits, while every replica goes on with the accepted version', async () => {
    await world.start()
    const { deps, settled } = await world.start({ found: EDITED })

    expect(settled).toMatchObject({ outcome: 'pending', change: { id: 'CFG-2', parent: FIRST.digest } })
    expect(deps.configuration.digest).toBe(FIRST.digest)
    expect(timeoutIn(deps)).toBe(300_000)
  })

  it('is not in force after one person', async () => {
    const [old, fresh] = [await world.start(), await world.start({ found: EDITED })]

    expect((await approveChange(old, ANA, EDITED)).outcome).toBe('counted')

    await fresh.deps.configuration.catchUp()
    expect(fresh.deps.configuration.digest).toBe(FIRST.digest)
  })

  it('is in force after one person where nobody counts to two', async () => {
    const [old, fresh] = [await world.start(), await world.start({ found: EDITED })]

    expect((await approveChange(old, ANA, EDITED, { peopleNeeded: 1 })).outcome).toBe('accepted')

    await fresh.deps.configuration.catchUp()
    expect(fresh.deps.configuration.digest).toBe(EDITED.digest)
  })

  it('is not in force when one person approves on two surfaces', async () => {
    const [old, fresh] = [await world.start(), await world.start({ found: EDITED })]
    await approveChange(old, ANA, EDITED, { origin: 'slack' })

    const again = await approveChange(fresh, ANA, EDITED, { origin: 'teams' })

    expect(again.outcome).toBe('already_decided')
    await old.deps.configuration.catchUp()
    expect(old.deps.configuration.digest).toBe(FIRST.digest)
  })

  it('is in force when one account counts for one person', async () => {
    world.people = [ANA, { ...ANA, id: `${ANA.id}@teams` }]
    const [old, fresh] = [
      await world.start({ stores: byAccount }),
      await world.start({ found: EDITED, stores: byAccount }),
    ]
    await approveChange(old, ANA, EDITED, { origin: 'slack' })

    expect((await approveChange(fresh, ANA, EDITED, { origin: 'teams' })).outcome).toBe('accepted')
  })

  it('is in force on every replica after two people, without a restart, with both and both versions on record', async () => {
    const replicas = [await world.start(), await world.start({ found: EDITED }), await world.start()]
    const [one, two] = replicas
    await approveChange(one!, ANA, EDITED, { origin: 'slack' })

    const done = await approveChange(two!, ADA, EDITED)

    expect(done.text).toBe(
      'CFG-2 is in force, approved by Ana Ruiz and Ada Admin. Runs that have started go on with their own plan.',
    )
    await waitUntil('every replica has it', () =>
      replicas.every(({ deps }) => deps.configuration.digest === EDITED.digest && timeoutIn(deps) === 360_000),
    )
    const [entry] = await world.query<{ details: object }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'details' AS details FROM audit_leaves
        WHERE event = 'configuration.accepted' ORDER BY id DESC LIMIT 1`,
    )
    expect(entry?.details).toMatchObject({
      ...{ change: 'CFG-2', review: 'two-people', before: FIRST.digest, digest: EDITED.digest },
      people: [
        { id: ANA.id, surface: 'slack' },
        { id: ADA.id, surface: 'console' },
      ],
      files: ['changed playbook rollback.yaml'],
    })
  })

  it('comes to a replica that hears no signal by its own look', async () => {
    const deaf = await world.start({ isDeaf: true, pollMs: 20 })
    const fresh = await world.start({ found: EDITED })
    await approveChange(fresh, ANA, EDITED)
    await approveChange(fresh, BEN, EDITED)

    await waitUntil('the deaf one has it', () => deaf.deps.configuration.digest === EDITED.digest)
  })

  it('is decided by one who may, of exactly what was shown', async () => {
    await world.start()
    const fresh = await world.start({ found: EDITED })

    await expect(approveChange(fresh, RIA, EDITED)).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(approveChange(fresh, ANA, FIRST)).rejects.toMatchObject({ code: 'hash_mismatch' })
    await expect(
      decideChange(fresh.deps, {
        ...{ changeId: 'CFG-2', personId: ANA.id, decision: 'approve' },
        ...{ digest: null, reason: null, origin: 'console' },
      }),
    ).rejects.toMatchObject({ code: 'hash_missing' })
  })

  it('is not in force when the first of the two has lost the role meanwhile', async () => {
    await world.start()
    const fresh = await world.start({ found: EDITED })
    await approveChange(fresh, ANA, EDITED)
    world.people = [ADA, BEN, { ...ANA, roles: ['responder'] }]

    expect((await approveChange(fresh, BEN, EDITED)).outcome).toBe('counted')
    expect((await approveChange(fresh, ADA, EDITED)).outcome).toBe('accepted')
  })

  it('is not asked for again once it is rejected, until the files change', async () => {
    await world.start()
    const fresh = await world.start({ found: EDITED })
    const rejected = await decideChange(fresh.deps, {
      ...{ changeId: 'CFG-2', personId: BEN.id, decision: 'reject', digest: null },
      ...{ reason: 'six minutes are too long', origin: 'teams' },
    })
    expect(rejected).toMatchObject({ outcome: 'rejected', change: { state: 'rejected' } })
    expect((await approveChange(fresh, ANA, EDITED)).text).toContain('CFG-2 was rejected')

    expect((await world.start({ found: EDITED })).settled).toMatchObject({
      outcome: 'rejected',
      change: { id: 'CFG-2' },
    })
    const other = filesOf({ 'rollback.yaml': (text) => text.replace('timeout: 5m', 'timeout: 4m') })
    expect((await world.start({ found: other })).settled).toMatchObject({ outcome: 'pending', change: { id: 'CFG-3' } })
  })

  it('gives way to another one that is accepted first, for its lines were compared with what was in force', async () => {
    await world.start()
    const left = await world.start({ found: EDITED })
    const other = filesOf({ 'rollback.yaml': (text) => text.replace('timeout: 5m', 'timeout: 4m') })
    const right = await world.start({ found: other })
    expect(right.settled.change?.id).toBe('CFG-3')
    await approveChange(left, ANA, EDITED)
    await approveChange(right, ANA, other, { changeId: 'CFG-3' })
    await approveChange(right, BEN, other, { changeId: 'CFG-3' })

    expect((await approveChange(left, BEN, EDITED)).text).toContain('CFG-2 gave way')
    await left.deps.configuration.catchUp()
    expect(left.deps.configuration.digest).toBe(other.digest)
    expect((await world.start({ found: EDITED })).settled).toMatchObject({
      outcome: 'pending',
      change: { id: 'CFG-4' },
    })
  })

  it('comes into force once, however many decide at once', async () => {
    const replicas = [await world.start(), await world.start({ found: EDITED }), await world.start()]

    const answers = await Promise.all(
      replicas.flatMap((replica) =>
        [ANA, BEN, ADA].map((person) => approveChange(replica, person, EDITED).then(({ outcome }) => outcome)),
      ),
    )

    expect(answers.filter((outcome) => outcome === 'accepted')).toHaveLength(1)
    const events = await world.events()
    expect(events.filter((event) => event === 'configuration.accepted CFG-2 (success)')).toHaveLength(1)
  })
})

describe('a review that asks nobody here', () => {
  it.each(['repository', 'observe'] as const)('puts changed files in force at once, on record (%s)', async (review) => {
    await world.start({ review })
    const { deps, settled } = await world.start({ review, found: EDITED })

    expect(settled).toMatchObject({ outcome: 'accepted', change: { review } })
    expect(deps.configuration.digest).toBe(EDITED.digest)
  })

  it('does not let what was tried out in observe decide in assist', async () => {
    await world.start()
    await world.start({ review: 'observe', found: EDITED })

    const { deps, settled } = await world.start({ found: EDITED })

    expect(deps.configuration.digest).toBe(FIRST.digest)
    expect(settled.outcome).toBe('pending')
    expect(await world.events()).toContain('configuration.restored CFG-1 (success)')
  })
})

/** The guard taken out: who decides is the account, not the person. */
function byAccount(stores: Stores): Stores {
  const { configuration } = stores
  return {
    ...stores,
    configuration: {
      ...configuration,
      addDecision: (changeId, decision) => {
        const personId = decision.surface === 'teams' ? `${decision.personId}@teams` : decision.personId
        return configuration.addDecision(changeId, { ...decision, personId })
      },
    },
  }
}

function timeoutIn(deps: { readonly playbooks: ConfigurationWorldPlaybooks }): number | undefined {
  return deps.playbooks.find(({ name }) => name === 'rollback-bad-deploy')?.steps[0]?.timeoutMs
}
type ConfigurationWorldPlaybooks = Awaited<ReturnType<ConfigurationWorld['start']>>['deps']['playbooks']
