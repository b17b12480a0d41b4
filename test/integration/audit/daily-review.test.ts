import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { askForReview } from '../../../src/orchestrator/ask-for-review.ts'
import { checkpointReader } from '../../../src/app/checkpoint-reader.ts'
import { openCheckpointPlaces } from '../../../src/app/open-checkpoint-places.ts'
import { openCheckpointFolder } from '../../../src/store/checkpoint-folder.ts'
import { reviewAudit } from '../../../src/orchestrator/review-audit.ts'
import { signCheckpoint } from '../../../src/audit/checkpoint.ts'
import { openBrowserAs } from '../../support/browser.ts'
import { openHouse } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { Client } from 'pg'
import type { App } from '../../../src/app.ts'
import type { Checkpoint } from '../../../src/domain/audit-entry.ts'
import type { AuditReview } from '../../../src/domain/audit-review.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { House } from '../../support/house.ts'

const ANA = 'ana@bank.example'
const CHANNELS = [{ surface: 'slack', channel: 'C0AUDIT' }] as const

let house: House
let deps: Deps
let owner: Client
beforeAll(async () => {
  house = await openHouse({ settings: 'audit: { review: { at: "00:00" } }' })
  ;({ deps } = await house.foundation(['slack']))
  owner = new Client({ connectionString: house.database.ownerUrl })
  await owner.connect()
  const app = await serveOnce()
  // What has no number when it stops is not reviewed before the next start.
  await waitUntil('what it wrote has numbers', async () => (await count('audit_entries')) > 0)
  await app.close()
})
afterAll(async () => {
  await owner.end()
  await house.close()
})
beforeEach(() => owner.query('DELETE FROM log_reviews; DELETE FROM outbox_messages'))

/** Until it has numbered and signed what it wrote. */
async function serveOnce(): Promise<App & { readonly url: string }> {
  return house.serve({ kind: 'pick', sandboxNote: 'A test.' })
}

const replica = (minuteOfDay = 0): Deps => ({
  ...deps,
  settings: { ...deps.settings, auditReview: { minuteOfDay, channels: CHANNELS } },
})
const review = (own: Deps = replica()) =>
  reviewAudit(own, checkpointReader(house.config, openCheckpointPlaces(house.config).reading))
const textOf = (made: AuditReview | undefined, point: string) =>
  made?.findings.find((finding) => finding.point === point)?.text ?? ''
const count = async (sql: string): Promise<number> =>
  (await owner.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`)).rows[0]?.count ?? 0

const checkpointFile = (): string => join(house.config.checkpointFolder, 'checkpoints.jsonl')

/** As if the last one had been made the day before. */
const nextDay = () => owner.query('UPDATE log_reviews SET day = day - 1')

async function tampered(statement: string, work: () => Promise<void>): Promise<void> {
  await owner.query('BEGIN; SET LOCAL session_replication_role = replica')
  await owner.query(`CREATE TABLE kept AS TABLE audit_entries; ${statement}; COMMIT`)
  try {
    await work()
  } finally {
    await owner.query('BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit_entries')
    await owner.query('INSERT INTO audit_entries SELECT * FROM kept; DROP TABLE kept; COMMIT')
  }
}

describe('the daily review of the audit log', () => {
  it('goes over what was written, and says so on the log and in the channel', async () => {
    const before = await count(`audit_leaves WHERE event = 'audit.reviewed'`)
    const made = await review()

    expect(textOf(made, 'log')).toMatch(/^Entries 1 to \d+ are whole/)
    expect(textOf(made, 'checkpoints')).toMatch(/^\d+ checkpoints? fits?; 0 entries are newer than the last\.$/)
    expect(await count(`audit_leaves WHERE event = 'audit.reviewed'`)).toBe(before + 1)
    const { rows } = await owner.query<{ surface: string; payload: { channel: string; text: string } }>(
      `SELECT surface, payload FROM outbox_messages WHERE kind = 'notice'`,
    )
    expect(rows).toMatchObject([{ surface: 'slack', payload: { channel: 'C0AUDIT' } }])
    expect(rows[0]?.payload.text).toContain(`Audit review of ${made?.day ?? ''}, entries 1 to`)
  })

  it('is made once a day by three replicas at once and after a restart', async () => {
    const made = await Promise.all([review(), review(), review()])
    const again = await review({ ...replica() })

    expect(made.filter((one) => one !== undefined)).toHaveLength(1)
    expect(again).toBeUndefined()
    expect(await count(`outbox_messages WHERE kind = 'notice'`)).toBe(1)
  })

  it('is made by each replica where no row says that it was (the twin)', async () => {
    const forgetful = (own: Deps): Deps => ({
      ...own,
      unitOfWork: {
        ...own.unitOfWork,
        run: (work) =>
          own.unitOfWork.run((stores) =>
            work({ ...stores, logReviews: { ...stores.logReviews, add: async () => true } }),
          ),
      },
    })
    const made = await Promise.all([1, 2, 3].map(() => review(forgetful(replica()))))

    expect(made.filter((one) => one !== undefined)).toHaveLength(3)
  })

  it('goes on from where the last one ended, also when days lie between them', async () => {
    const first = await review()
    await owner.query('UPDATE log_reviews SET day = day - 5')
    const second = await review()

    expect(second?.from).toBe((first?.to ?? 0) + 1)
    expect(textOf(second, 'log')).not.toContain('not whole')
  })

  it('is asked for by the clock from its minute on, and not before', async () => {
    const asked: string[] = []
    const jobs = { enqueue: async (name: string) => void asked.push(name) }
    const { minuteOfDay } = await deps.stores.logReviews.readMoment()
    const at = (minute: number) => ({ ...replica(minute), stores: { ...deps.stores, jobs } })

    await askForReview(at(minuteOfDay + 2))
    expect(asked).toEqual([])
    await askForReview(at(Math.max(0, minuteOfDay - 1)))
    expect(asked).toEqual(['audit.review'])
    await review()
    await askForReview(at(Math.max(0, minuteOfDay - 1)))
    expect(asked).toEqual(['audit.review'])
  })

  it('finds an entry that was taken out, and one that was swapped in', async () => {
    await tampered('DELETE FROM audit_entries WHERE seq = 2', async () => {
      expect(textOf(await review(), 'log')).toContain('after entry 1 comes entry 3')
    })
    await owner.query('DELETE FROM log_reviews')
    await tampered(`UPDATE audit_entries SET hash = repeat('a', 64) WHERE seq = 2`, async () => {
      expect(textOf(await review(), 'log')).toContain('entry 2 has a hash that is not its own')
    })
  })

  it('is not found where the chain is not followed (the twin)', async () => {
    const blind: Deps = {
      ...replica(),
      stores: { ...deps.stores, auditLog: { ...deps.stores.auditLog, list: async () => [] } },
    }
    await tampered('DELETE FROM audit_entries WHERE seq = 2', async () => {
      expect(textOf(await review(blind), 'log')).not.toContain('after entry 1')
    })
  })

  it('finds an entry that the sequencer was moved past, which nobody else misses (the twin)', async () => {
    // As if the place of the sequencer had been behind it when it was committed.
    await owner.query(`INSERT INTO audit_leaves (xid, entry_id, event, bytes, leaf_hash)
      SELECT '1', 'skipped', 'note.added', bytes, leaf_hash FROM audit_leaves LIMIT 1`)
    const countSkipped = async () => 0
    const blind = { ...replica(), stores: { ...deps.stores, auditLog: { ...deps.stores.auditLog, countSkipped } } }
    try {
      expect(textOf(await review(blind), 'log')).toContain('are whole')
      await owner.query('DELETE FROM log_reviews')
      expect(textOf(await review(), 'log')).toBe('1 entry passed over by the sequencer, which was moved.')
    } finally {
      await owner.query(`BEGIN; SET LOCAL session_replication_role = replica;
        DELETE FROM audit_leaves WHERE entry_id = 'skipped'; COMMIT`)
    }
  })

  it('finds a log that is shorter than it was reviewed', async () => {
    await review()
    await nextDay()
    await owner.query('UPDATE log_reviews SET to_seq = to_seq + 1000')

    expect(textOf(await review(), 'log')).toContain('it ends at entry')
  })

  it('finds entries taken from the end, which a checkpoint covers and no review had seen', async () => {
    expect(textOf(await review(), 'log')).not.toContain('not whole')
    await owner.query('DELETE FROM log_reviews')
    const { size } = await deps.stores.auditReader.describe()
    const end = String(size - 1)
    const describe = async () => ({ ...(await deps.stores.auditReader.describe()), size: size - 1 })
    const shorter = { ...replica(), stores: { ...deps.stores, auditReader: { ...deps.stores.auditReader, describe } } }
    await tampered(`DELETE FROM audit_entries WHERE seq > ${end}`, async () => {
      const numbered = textOf(await review(), 'log')
      expect(numbered).toContain(`it ends at entry ${end}, and was numbered up to ${String(size)}`)
      await owner.query('DELETE FROM log_reviews')
      const text = textOf(await review(shorter), 'log')
      expect(text).toContain(`it ends at entry ${end}, and a checkpoint covers ${String(size)}`)
    })
  })

  it('finds the one of two genuine checkpoints of a place that does not fit', async () => {
    const last = await openCheckpointFolder(house.config.checkpointFolder).findLast()
    if (last === undefined) throw new Error('There is no checkpoint.')
    const rewritten = { ...last, chain: 'a'.repeat(64) }
    const both = (genuine: readonly Checkpoint[]) => reviewAudit(replica(), async () => ({ genuine, forged: 0 }))

    expect(textOf(await both([last, last]), 'checkpoints')).toContain('2 checkpoints fit')
    await owner.query('DELETE FROM log_reviews')
    expect(textOf(await both([rewritten, last]), 'checkpoints')).toContain('does not fit the log')
  })

  it('is made also where a line of the folder holds what nobody could have signed', async () => {
    const lines = await readFile(checkpointFile(), 'utf8')
    await appendFile(checkpointFile(), '{"size":9000000,"signature":"AA==","epoch":1e999}\n')

    expect(textOf(await review(), 'checkpoints')).toBe('1 checkpoints are not signed with this key.')
    await writeFile(checkpointFile(), lines)
  })

  it('finds a checkpoint that somebody else signed', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const folder = openCheckpointFolder(house.config.checkpointFolder)
    const last = await folder.findLast()
    if (last === undefined) throw new Error('There is no checkpoint.')
    const { signature: _signature, keyId: _keyId, ...unsigned } = last
    await folder.append(signCheckpoint(unsigned, privateKey))

    expect(textOf(await review(), 'checkpoints')).toBe('1 checkpoints are not signed with this key.')
  })
})

describe('a service that runs', () => {
  it('makes the review by itself, and the console shows it', async () => {
    await owner.query(`INSERT INTO log_reviews SELECT current_date - 3, now(), 1, 0, repeat('0', 64), '[]', '[]'`)
    const app = await house.serve({ kind: 'pick', sandboxNote: 'A test.' })
    const ana = await openBrowserAs(app.url, ANA)
    await waitUntil('the review is made', async () => (await count('log_reviews WHERE to_seq > 0')) === 1)

    const { text } = await ana.get('/audit')
    expect(text).toMatch(/entries 1 to [1-9]\d*, [1-9]\d* want a look/)
    expect(text).toContain('1 checkpoints are not signed with this key.')
    await app.close()
  })
})
