import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { openHouse } from '../../support/house.ts'
import { loadCommands } from '../../../src/cli/load-commands.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import type { CommandContext } from '../../../src/cli/command.ts'
import type { Foundation } from '../../../src/app/build-deps.ts'
import type { House } from '../../support/house.ts'

const SLACK = { SLACK_BOT_TOKEN: 'xoxb-test', SLACK_SIGNING_SECRET: 'secret', SLACK_API_URL: 'http://127.0.0.1:9/api/' }

let house: House
let foundation: Foundation
let incidentId: string

beforeAll(async () => {
  house = await openHouse({ environment: SLACK, settings: 'slack: { channel: C0001 }' })
  foundation = await house.foundation(['slack'])
  const incident = await foundation.deps.stores.incidents.open({
    ...{ title: 'Many errors', service: 'checkout', environment: 'production' },
    ...{ severity: 'SEV3', origin: 'declared', onsetAt: new Date() },
  })
  incidentId = incident.id
})
afterAll(() => house.close())
beforeEach(() => foundation.database.pool.query('delete from outbox_messages'))

async function buryCard(): Promise<string> {
  const { outbox, outboxQueue, deadLetters } = foundation.deps.stores
  await outbox.append([{ kind: 'card', incidentId, priority: 'status' }])
  const [waiting] = await outboxQueue.listDue('slack', 1)
  if (waiting === undefined) throw new Error('Nothing waits.')
  await deadLetters.bury(waiting, 'Slack refused the request (200 is_archived): name another one.')
  return waiting.id
}

async function type(...args: readonly string[]): Promise<{ exitCode: number; printed: string; errors: string }> {
  const printed: string[] = []
  const errors: string[] = []
  const context: CommandContext = {
    variables: {
      ...{ DATABASE_URL: house.database.url, COUNTERSIGN_DATA: house.config.dataFolder, ...SLACK },
      COUNTERSIGN_CONFIG: join(house.config.folder, 'countersign.yaml'),
    },
    print: (line) => printed.push(line),
    printError: (line) => errors.push(line),
    signal: new AbortController().signal,
  }
  const exitCode = await runCommand(await loadCommands(args), args, context)
  return { exitCode, printed: printed.join('\n'), errors: errors.join('\n') }
}

const standing = () => foundation.deps.stores.outboxQueue.describe()
async function auditDetails(): Promise<readonly unknown[]> {
  const { rows } = await foundation.database.pool.query<{ details: unknown }>(
    `select convert_from(bytes, 'UTF8')::jsonb -> 'details' as details from audit_leaves where event = 'outbox.retried'`,
  )
  return rows.map((row) => row.details)
}

describe('messages that were given up', () => {
  it('are listed with the reason, and counted by doctor', async () => {
    const id = await buryCard()

    const { exitCode, printed } = await type('outbox', 'list')
    const asJson = await type('outbox', 'list', '--json')
    const doctor = await type('doctor')

    expect(exitCode).toBe(0)
    expect(printed).toMatch(
      new RegExp(`^${id} {2}slack card of ${incidentId}, .* UTC\\n {4}Slack refused .*is_archived`),
    )
    expect(JSON.parse(asJson.printed)).toMatchObject([{ id, surface: 'slack', kind: 'card', incident: incidentId }])
    expect(doctor.exitCode).toBe(1)
    expect(doctor.printed).toMatch(/wrong {2}Delivery: 1 message\(s\) were given up\n.*countersign outbox list/)
  })

  it('wait again once somebody asks for it, which is on the audit log', async () => {
    const id = await buryCard()

    const { exitCode, printed } = await type('outbox', 'retry', id)

    expect(exitCode).toBe(0)
    expect(printed).toContain('1 will be sent again.')
    expect(await standing()).toMatchObject({ waiting: 1, dead: 0 })
    expect(await auditDetails()).toEqual([{ messages: [`${id} slack card`] }])
  })

  it('are not doubled where the same card waits anew already', async () => {
    await buryCard()
    await foundation.deps.stores.outbox.append([{ kind: 'card', incidentId, priority: 'status' }])

    await type('outbox', 'retry', 'all')

    expect(await standing()).toMatchObject({ waiting: 1, dead: 0 })
  })

  it('that are none are said to be none', async () => {
    expect(await type('outbox', 'list')).toMatchObject({ exitCode: 0, printed: 'No message was given up.' })
    expect(await type('outbox', 'retry', 'all')).toMatchObject({ exitCode: 0, printed: 'Nothing was sent again.' })
    expect(await type('outbox', 'retry', '4711')).toMatchObject({
      exitCode: 1,
      errors: '4711 is no message that was given up. See: outbox list',
    })
    expect(await type('outbox', 'retry')).toMatchObject({ exitCode: 2 })
    expect(await type('outbox', 'retry', 'all', '1')).toMatchObject({ exitCode: 2 })
  })
})

describe('what does not arrive is seen', () => {
  it('on /readyz, which stays ready, and on the console’s first page', async () => {
    await buryCard()
    await foundation.deps.stores.surfaceStates.mark({ surface: 'slack', isReachable: false, detail: 'refused' }, 60_000)
    const app = await house.serve({ kind: 'pick', sandboxNote: 'A test.' })

    const ready = await fetch(new URL('/readyz', app.url))
    const body = (await ready.json()) as { notes?: readonly string[] }

    expect(ready.status).toBe(200)
    expect(body.notes?.join('\n')).toMatch(/Slack has not been reachable since .*\n1 message\(s\) were given up/)
  })
})
