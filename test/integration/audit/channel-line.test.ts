import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runVerifier } from '../../../src/audit/verifier.ts'
import { checkpointLine } from '../../../src/audit/checkpoint-line.ts'
import { checkpointAudit } from '../../../src/orchestrator/checkpoint-audit.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { openAuditWorld, readExport } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
})
afterEach(() => world.close())

/** The checkpoint as it stands in a channel, which nobody who owns database, key and folder can take back. */
async function lineAfter(entries: number): Promise<string> {
  await world.append(entries)
  await sequenceAllAudit(world.deps.sequencer, 60_000)
  const result = await checkpointAudit(world.deps)
  if (result.state === 'refused') throw new Error(result.reason)
  return checkpointLine(result.checkpoint)
}

function verifyByLine(...lines: readonly string[]): { readonly code: number; readonly text: string } {
  let text = ''
  const file = join(world.folder, 'log.jsonl')
  const code = runVerifier([file, ...lines.flatMap((line) => ['--line', line])], (part) => (text += part))
  return { code, text }
}

async function keepLines(count: number): Promise<void> {
  const lines = (await readExport(world)).split('\n').slice(0, count)
  await writeFile(join(world.folder, 'log.jsonl'), lines.map((line) => `${line}\n`).join(''))
}

describe('a checkpoint line from the channel', () => {
  it('verifies the log it was made of, also with what was pasted around it, and several at once', async () => {
    const [first, second] = [await lineAfter(5), await lineAfter(8)]
    await world.exportAll()

    expect(first).toMatch(/^Audit checkpoint: 5 entries, root [0-9a-f]{16}, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$/)
    expect(verifyByLine(first, `Countersign APP 10:04  ${second}\n`)).toMatchObject({ code: 0 })
  })

  it('finds a cut tail without any checkpoint file or key', async () => {
    const line = await lineAfter(13)
    await world.exportAll()
    await keepLines(9)

    const { code, text } = verifyByLine(line)

    expect(code).toBe(1)
    expect(text).toMatch(/^FAILED: entry 10 is missing: the line from the channel of .* covers 13 entries/)
  })

  it('finds a log that was chained anew together with its checkpoints, which the checkpoints do not (twin)', async () => {
    const line = await lineAfter(13)
    const other = await openAuditWorld()
    try {
      await other.append(13)
      await other.exportAll()
      await writeFile(join(world.folder, 'log.jsonl'), await readExport(other))

      expect(other.verify().code).toBe(0)
      const { code, text } = verifyByLine(line)
      expect(code).toBe(1)
      expect(text).toMatch(/^FAILED: entries 1 to 13 are not those that the line from the channel/)
    } finally {
      await other.close()
    }
  })

  it('that says nothing of the kind is refused', async () => {
    await world.append(1)
    await world.exportAll()

    expect(verifyByLine('all is well')).toMatchObject({ code: 1 })
    expect(verifyByLine()).toMatchObject({ code: 2 })
  })
})
