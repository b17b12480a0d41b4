import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { readCheckpointLines } from '../../../src/store/checkpoint-folder.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openHouse } from '../../support/house.ts'
import type { House } from '../../support/house.ts'

let folder: string
let house: House
const complaints: string[] = []
const at = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-copies-'))
  // A place that cannot be reached: what should be a folder is a file.
  await writeFile(at('away'), '')
  house = await openHouse({
    settings: `audit: { copies: [${JSON.stringify(at('near'))}, ${JSON.stringify(at('away'))}, ${JSON.stringify(at('far'))}] }`,
    log: {
      ...silentLogger,
      error: (_fields: unknown, message?: string) => void complaints.push(message ?? ''),
    },
  })
})
afterAll(async () => {
  await house.close()
  await rm(folder, { recursive: true, force: true })
})

/** A service that starts and stops signs where the log stands at its end. */
async function signOnce(): Promise<readonly string[]> {
  const app = await house.serve()
  await app.close()
  return readCheckpointLines(house.config.checkpointFolder)
}

describe('checkpoints in several folders, one of which cannot be reached', () => {
  it('stand in all others as they were made, and the log says so', async () => {
    const lines = await signOnce()

    expect(lines.length).toBeGreaterThan(0)
    expect(await readCheckpointLines(at('near'))).toEqual(lines)
    expect(await readCheckpointLines(at('far'))).toEqual(lines)
    expect(complaints).toContainEqual(expect.stringContaining('not every place took it'))
    // One folder besides its own is enough.
    expect(await covered()).toBe(sizeOf(lines))
  })

  it('stand there too from the moment on when it can be (the twin)', async () => {
    await rm(at('away'))
    complaints.length = 0
    const before = (await readCheckpointLines(house.config.checkpointFolder)).length
    const lines = await signOnce()

    expect(lines.length).toBeGreaterThan(before)
    expect(await readCheckpointLines(at('away'))).toEqual(lines.slice(before))
    expect(complaints).toEqual([])
  })

  it('reach too few where no copy takes one, and the log says that none covers what was written since', async () => {
    const before = await covered()
    for (const name of ['near', 'away', 'far']) {
      await rm(at(name), { recursive: true, force: true })
      await writeFile(at(name), '')
    }
    const lines = await signOnce()

    expect(sizeOf(lines)).toBeGreaterThan(before)
    expect(await covered()).toBe(before)
  })
})

const sizeOf = (lines: readonly string[]): number => (JSON.parse(lines.at(-1) ?? '{}') as { size: number }).size

async function covered(): Promise<number> {
  const client = new Client({ connectionString: house.database.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ covered: number }>('SELECT covered::int FROM audit_sequencer')
    return rows[0]!.covered
  } finally {
    await client.end()
  }
}
