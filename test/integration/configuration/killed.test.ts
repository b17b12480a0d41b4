import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BEN, EDITED, approveChange, filesOf, openConfigurationWorld } from './world.ts'
import { QUICK_START } from '../../support/compile-cache.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { ConfigurationWorld, ConfiguredReplica } from './world.ts'

const PROGRAM = fileURLToPath(new URL('deciding-program.ts', import.meta.url))

let world: ConfigurationWorld
let other: ConfiguredReplica
beforeEach(async () => {
  world = await openConfigurationWorld()
  other = await world.start()
  const fresh = await world.start({ found: EDITED })
  await approveChange(fresh, ANA, EDITED)
})
afterEach(() => world.close())

describe('a replica that is killed with the second approval', () => {
  it('between commit and swap leaves the version in force, once, on every other replica', async () => {
    expect(await killed('before-swap')).toBe('SIGKILL')

    await waitUntil('the other replica has it', () => other.deps.configuration.digest === EDITED.digest)
    expect((await world.start({ found: EDITED })).settled.outcome).toBe('same')
    expect(await accepted()).toHaveLength(1)
  })

  it('before the commit leaves what was in force, and the approval to be given again', async () => {
    expect(await killed('before-commit')).toBe('SIGKILL')

    await waitUntil('its transaction is gone', async () => {
      const rows = await world.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
      )
      return rows.length === 0
    })
    await other.deps.configuration.catchUp()
    expect(other.deps.configuration.digest).toBe(filesOf().digest)
    expect(await accepted()).toHaveLength(0)
    expect((await approveChange(other, BEN, EDITED)).outcome).toBe('accepted')
  })
})

async function accepted(): Promise<readonly string[]> {
  return (await world.events()).filter((event) => event === 'configuration.accepted CFG-2 (success)')
}

function killed(at: string): Promise<string | null> {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const child = fork(PROGRAM, [], {
    execArgv: [...QUICK_START, '--disable-warning=ExperimentalWarning'],
    env: { ...env, COUNTERSIGN_TEST_DECIDING: JSON.stringify({ url: world.url, at }) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
}
