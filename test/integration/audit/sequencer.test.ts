import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAuditLeafStore } from '../../../src/store/audit-leaf-store.ts'
import { runTransaction } from '../../../src/store/unit-of-work.ts'
import { sequenceAllAudit, sequenceAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { leaf, openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
})
afterEach(() => world.close())

const numberAll = (): Promise<number> => sequenceAllAudit(world.deps.sequencer, 60_000)
const numbers = async (): Promise<number[]> => {
  const { rows } = await world.pool.query<{ seq: number }>('SELECT seq FROM audit_entries ORDER BY seq')
  return rows.map((row) => row.seq)
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('numbering', () => {
  it('leaves no gap and takes nothing twice, with 32 writers, a third of them rolled back, and four sequencers', async () => {
    let isWriting = true
    let committed = 0
    const write = async (writer: number): Promise<void> => {
      for (let turn = 0; turn < 12; turn += 1) {
        try {
          await runTransaction(world.pool, async (db) => {
            await createAuditLeafStore(db).append([leaf(`INC-${writer}`), leaf(`INC-${writer}`)])
            if ((writer + turn) % 3 === 0) throw new Error('rolled back on purpose')
          })
          committed += 2
        } catch (error) {
          if (!String(error).includes('on purpose')) throw error
        }
      }
    }
    const number = async (): Promise<void> => {
      while (isWriting) await sequenceAudit(world.deps.sequencer)
    }

    const sequencers = upTo(4).map(number)
    await Promise.all(upTo(32).map(write))
    isWriting = false
    await Promise.all(sequencers)
    await numberAll()

    expect(committed).toBeGreaterThan(400)
    expect(await numbers()).toEqual(upTo(committed))
    await world.exportAll()
    expect(world.verify()).toMatchObject({ code: 0 })
  })

  it('never skips a leaf of a transaction that began early and ended late', async () => {
    const early = await world.pool.connect()
    await early.query('BEGIN')
    await early.query('SELECT pg_current_xact_id()')
    const { entryId, event, bytes, leafHash } = leaf('INC-EARLY')
    try {
      await world.append(3)

      expect(await sequenceAudit(world.deps.sequencer)).toBe(0)
      expect((await world.deps.sequencer.readLag()).waiting).toBe(3)

      await early.query('INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash) VALUES ($1, $2, $3, $4)', [
        entryId,
        event,
        bytes,
        leafHash,
      ])
      await early.query('COMMIT')
    } finally {
      early.release(true)
    }

    expect(await numberAll()).toBe(0)
    const { rows } = await world.pool.query<{ entry_id: string }>(
      'SELECT l.entry_id FROM audit_entries e JOIN audit_leaves l ON l.id = e.leaf_id WHERE e.seq = 1',
    )
    expect(rows[0]?.entry_id).toBe(entryId)
  })

  it('would skip it if it took leaves by their ids without waiting, so it is the waiting that saves it', async () => {
    const takeByIds = (): Promise<unknown> =>
      world.pool.query(`INSERT INTO audit_entries (seq, leaf_id, prev_hash, hash)
        SELECT l.id, l.id, '', '' FROM audit_leaves l WHERE l.id > (SELECT coalesce(max(leaf_id), 0) FROM audit_entries)`)
    const early = await world.pool.connect()
    const { entryId, event, bytes, leafHash } = leaf('INC-EARLY')
    try {
      await early.query('BEGIN')
      await early.query('INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash) VALUES ($1, $2, $3, $4)', [
        entryId,
        event,
        bytes,
        leafHash,
      ])
      await world.append(3)
      await takeByIds()
      await early.query('COMMIT')
    } finally {
      early.release(true)
    }
    await takeByIds()

    const { rows } = await world.pool.query(
      'SELECT FROM audit_leaves WHERE id NOT IN (SELECT leaf_id FROM audit_entries)',
    )
    expect(rows).toHaveLength(1)
  })

  it('goes on in another cluster, where transaction ids begin anew, and raises the epoch', async () => {
    await world.append(5)
    await numberAll()
    await world.append(2)
    // As after a dump and restore: other cluster, and ids far beyond those of the new one.
    await world.tamper(
      "UPDATE audit_sequencer SET cluster_id = 'another', last_xid = '900000000000'",
      "UPDATE audit_leaves SET xid = '900000000000'",
    )

    await sequenceAudit(world.deps.sequencer)
    expect(await numbers()).toEqual(upTo(7))
    await world.append(3)
    await numberAll()

    expect(await numbers()).toEqual(upTo(10))
    expect((await world.deps.sequencer.readHead()).epoch).toBe(2)
    await world.exportAll()
    expect(world.verify().code).toBe(0)
  })
})

describe('an audit log that cannot be written', () => {
  it('stops the state change, which goes through again when it is mended', async () => {
    const change = (): Promise<unknown> =>
      runTransaction(world.pool, async (db) => {
        await db.execute("INSERT INTO freezes (reason, created_by, until) VALUES ('x', 'ana', now())")
        await createAuditLeafStore(db).append([leaf()])
      })
    const freezes = async (): Promise<number> => (await world.pool.query('SELECT FROM freezes')).rows.length
    const { username } = new URL(world.test.url)

    await world.tamper(
      `REVOKE INSERT ON audit_leaves FROM ${username}`,
      `REVOKE INSERT (event) ON audit_leaves FROM ${username}`,
    )
    await expect(change()).rejects.toThrow()
    expect(await freezes()).toBe(0)

    await world.tamper(`GRANT INSERT (event) ON audit_leaves TO ${username}`)
    await world.tamper(`GRANT INSERT (entry_id, incident_id, bytes, leaf_hash) ON audit_leaves TO ${username}`)
    await change()
    expect(await freezes()).toBe(1)
  })
})
