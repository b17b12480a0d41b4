import type { Client } from 'pg'
import { CHAIN_START, leafHashOf, nextLink } from '../../../src/audit/hash-chain.ts'
import { placeLeaves } from '../../../src/audit/place-leaves.ts'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { pickFrom } from '../../support/random.ts'
import { leaf as nextLeaf } from './audit-world.ts'

interface Leaf {
  readonly leafId: number
  /** To the microsecond, as text. */
  readonly leafAt: string
  readonly leafHash: string
}

interface Row extends Leaf {
  readonly seq: number
  readonly bytes: Uint8Array
  readonly prevHash: string
  readonly hash: string
}

/** The log before anybody touches it. */
export interface TrueLog {
  readonly rows: readonly Row[]
  /** How many entries each checkpoint covers, ascending; some entries follow the last one. */
  readonly checkpoints: readonly number[]
}

export interface Tamper {
  readonly kind: string
  /** The first entry that is no longer the true one, and the last by which the log itself must show it. */
  readonly from: number
  readonly to: number
  /** Nothing of what is hashed was touched: the export says so, and the log verifies. */
  readonly isBeside?: true
  /** In a transaction of a superuser without triggers. */
  apply(client: Client): Promise<void>
}

export async function readTrueLog(client: Client, checkpoints: readonly number[]): Promise<TrueLog> {
  const { rows } = await client.query<Row>(`
    SELECT e.seq, e.leaf_id AS "leafId", e.leaf_at::text AS "leafAt", e.leaf_hash AS "leafHash", l.bytes,
           e.prev_hash AS "prevHash", e.hash
      FROM audit_entries e JOIN audit_leaves l ON l.id = e.leaf_id AND l.at = e.leaf_at ORDER BY e.seq`)
  return { rows, checkpoints }
}

interface Chance {
  readonly random: () => number
  readonly log: TrueLog
  /** An entry that a checkpoint covers. */
  readonly at: number
  upTo(limit: number): number
}

type Maker = (chance: Chance) => Omit<Tamper, 'kind'>

/** Every kind of TRUST T38, each in the ways from clumsy (the bytes alone) to thorough (all hashes, head and tree). */
const MAKERS: Readonly<Record<string, Maker>> = {
  'a byte changed': ({ log, at, random }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      const bytes = Buffer.from(rowAt(log, at).bytes)
      const place = Math.floor(random() * bytes.length)
      bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 7))
      await setBytes(client, rowAt(log, at), bytes, leafHashOf(rowAt(log, at).bytes))
    },
  }),
  'an entry changed with its leaf hash': ({ log, at, random }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      const bytes = forged(rowAt(log, at), random)
      await setBytes(client, rowAt(log, at), bytes, leafHashOf(bytes))
    },
  }),
  'an entry changed with its link': ({ log, at, random }) => ({
    ...{ from: at, to: at + 1 },
    apply: async (client) => {
      const row = rowAt(log, at)
      const bytes = forged(row, random)
      await setBytes(client, row, bytes, leafHashOf(bytes))
      const hash = nextLink(row.prevHash, leafHashOf(bytes))
      await client.query('UPDATE audit_entries SET hash = $2 WHERE seq = $1', [at, hash])
    },
  }),
  'a column beside the bytes changed': ({ log, at, random }) => ({
    ...{ from: at, to: at, isBeside: true },
    apply: async (client) => {
      const set = pickFrom(random, [
        `event = 'note.removed'`,
        `incident_id = 'INC-1000'`,
        `incident_id = NULL`,
        `entry_id = gen_random_uuid()::text`,
        `leaf_hash = repeat('0', 64)`,
      ])
      await client.query(`UPDATE audit_leaves SET ${set} WHERE id = $1`, [rowAt(log, at).leafId])
    },
  }),
  'entries deleted': ({ log, at, upTo }) => ({
    ...{ from: at, to: at },
    apply: (client) => deleteEntries(client, at, Math.min(at + upTo(5), covered(log))),
  }),
  'entries deleted and the rest numbered anew': ({ log, at, upTo }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      const last = Math.min(at + upTo(5), covered(log))
      await deleteEntries(client, at, last)
      await shift(client, last + 1, -(last + 1 - at))
    },
  }),
  'an entry inserted with a link of nothing': ({ log, at, random }) => ({
    ...{ from: at, to: at },
    apply: (client) => insertBefore(client, rowAt(log, at), random, () => rowAt(log, at).hash),
  }),
  'an entry inserted with its link': ({ log, at, random }) => ({
    ...{ from: at, to: at + 1 },
    apply: (client) => insertBefore(client, rowAt(log, at), random, nextLink),
  }),
  'two contents swapped': ({ log, at, upTo }) => {
    const other = otherThan(at, upTo(covered(log) - 1))
    const from = Math.min(at, other)
    return {
      from,
      to: from,
      apply: (client) => swap(client, at, other, 'leaf_id = o.leaf_id, leaf_at = o.leaf_at, leaf_hash = o.leaf_hash'),
    }
  },
  'two entries swapped with their links': ({ log, at, upTo }) => {
    const other = otherThan(at, upTo(covered(log) - 1))
    const from = Math.min(at, other)
    const all =
      'leaf_id = o.leaf_id, leaf_at = o.leaf_at, leaf_hash = o.leaf_hash, prev_hash = o.prev_hash, hash = o.hash'
    return { from, to: from, apply: (client) => swap(client, at, other, all) }
  },
  'the tail cut': ({ log, at }) => ({
    ...{ from: at, to: at },
    apply: (client) => deleteEntries(client, at, log.rows.length),
  }),
  'the tail cut with head and tree': ({ log, at }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      await deleteEntries(client, at, log.rows.length)
      await chainAnew(client, log, at, [])
    },
  }),
  'chained anew with an entry changed': ({ log, at, random }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      const row = rowAt(log, at)
      const changed = await insertLeaf(client, forged(row, random))
      await chainAnew(client, log, at, [changed, ...log.rows.slice(at)])
    },
  }),
  'chained anew without an entry': ({ log, at }) => ({
    ...{ from: at, to: at },
    apply: (client) => chainAnew(client, log, at, log.rows.slice(at)),
  }),
  'chained anew with one more': ({ log, at, random }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      const more = await insertLeaf(client, forged(rowAt(log, at), random))
      await chainAnew(client, log, at, [more, ...log.rows.slice(at - 1)])
    },
  }),
  'chained anew in another order': ({ log, at }) => ({
    ...{ from: at, to: at },
    apply: (client) => chainAnew(client, log, at, [rowAt(log, at + 1), rowAt(log, at), ...log.rows.slice(at + 1)]),
  }),
  'an old backup restored': ({ log, at }) => ({
    ...{ from: at, to: at },
    apply: async (client) => {
      await deleteEntries(client, at, log.rows.length)
      await chainAnew(client, log, at, [])
    },
  }),
  'an old backup restored, and work went on': ({ log, at, upTo }) => {
    const more = upTo(log.rows.length)
    return {
      ...{ from: at, to: at + more },
      apply: async (client) => {
        await deleteEntries(client, at, log.rows.length)
        const leaves: Leaf[] = []
        for (let done = 0; done < more; done += 1) leaves.push(await insertLeaf(client, nextLeaf('INC-9').bytes))
        await chainAnew(client, log, at, leaves)
      },
    }
  },
}

export const TAMPER_KINDS = Object.keys(MAKERS)

/** The tampers of a seed: each kind in turn, where and how by chance. */
export function makeTamper(index: number, random: () => number, log: TrueLog): Tamper {
  const kind = TAMPER_KINDS[index % TAMPER_KINDS.length] ?? ''
  const at = 1 + Math.floor(random() * covered(log))
  const upTo = (limit: number): number => 1 + Math.floor(random() * limit)
  const make = MAKERS[kind]
  if (make === undefined) throw new Error(`There is no tamper ${kind}.`)
  return { kind, ...make({ random, log, at, upTo }) }
}

const covered = (log: TrueLog): number => log.checkpoints.at(-1) ?? 0

/** One of 1 … n + 1 that is not `at`, from one of 1 … n. */
const otherThan = (at: number, choice: number): number => (choice < at ? choice : choice + 1)

function rowAt(log: TrueLog, seq: number): Row {
  const row = log.rows[seq - 1]
  if (row === undefined) throw new Error(`There is no entry ${seq}.`)
  return row
}

/** What a forger would rather have on record. */
function forged(row: Row, random: () => number): Buffer {
  const entry = JSON.parse(Buffer.from(row.bytes).toString()) as JsonObject
  const change = pickFrom<JsonObject>(random, [
    { outcome: 'refused' },
    { incidentId: 'INC-1000' },
    { actor: { type: 'human', id: 'mallory', name: 'Mallory' } },
    { at: '2020-01-01T00:00:00.000Z' },
  ])
  return Buffer.from(canonicalJson({ ...entry, ...change }))
}

async function setBytes(client: Client, row: Row, bytes: Uint8Array, leafHash: string): Promise<void> {
  await client.query('UPDATE audit_leaves SET bytes = $2, leaf_hash = $3 WHERE id = $1', [row.leafId, bytes, leafHash])
  await client.query('UPDATE audit_entries SET leaf_hash = $2 WHERE seq = $1', [row.seq, leafHash])
}

async function deleteEntries(client: Client, from: number, to: number): Promise<void> {
  await client.query(
    `WITH gone AS (DELETE FROM audit_entries WHERE seq BETWEEN $1 AND $2 RETURNING leaf_id)
     DELETE FROM audit_leaves WHERE id IN (SELECT leaf_id FROM gone)`,
    [from, to],
  )
}

/** By way of negative numbers, since two entries may not even for a moment have the same. */
async function shift(client: Client, from: number, by: number): Promise<void> {
  await client.query('UPDATE audit_entries SET seq = -(seq + $2) WHERE seq >= $1', [from, by])
  await client.query('UPDATE audit_entries SET seq = -seq WHERE seq < 0')
  await client.query('UPDATE audit_sequencer SET size = size + $1', [by])
}

async function insertLeaf(client: Client, bytes: Uint8Array): Promise<Leaf> {
  const { rows } = await client.query<Leaf>(
    `INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash) VALUES (gen_random_uuid()::text, 'note.added', $1, $2)
     RETURNING id AS "leafId", at::text AS "leafAt", leaf_hash AS "leafHash"`,
    [bytes, leafHashOf(bytes)],
  )
  const [leaf] = rows
  if (leaf === undefined) throw new Error('The leaf was not written.')
  return leaf
}

async function insertBefore(
  client: Client,
  row: Row,
  random: () => number,
  link: (prevHash: string, leafHash: string) => string,
): Promise<void> {
  const { leafId, leafAt, leafHash } = await insertLeaf(client, forged(row, random))
  await shift(client, row.seq, 1)
  await client.query(
    `INSERT INTO audit_entries (seq, leaf_id, leaf_at, leaf_hash, prev_hash, hash)
     VALUES ($1, $2, $3::timestamptz, $4, $5, $6)`,
    [row.seq, leafId, leafAt, leafHash, row.prevHash, link(row.prevHash, leafHash)],
  )
}

async function swap(client: Client, one: number, other: number, members: string): Promise<void> {
  // A leaf may not stand twice either, so the true rows are kept aside and one of them steps away first.
  await client.query(
    'CREATE TEMP TABLE aside ON COMMIT DROP AS SELECT * FROM audit_entries WHERE seq IN ($1, $2)'
      .replace('$1', String(one))
      .replace('$2', String(other)),
  )
  await client.query('UPDATE audit_entries SET leaf_id = -leaf_id WHERE seq IN ($1, $2)', [one, other])
  await client.query(
    `UPDATE audit_entries e SET ${members} FROM aside o WHERE e.seq IN ($1, $2) AND o.seq = $1 + $2 - e.seq`,
    [one, other],
  )
}

/** Entries `from` and on written anew, with every hash, the head and the tree as if they had never been others. */
async function chainAnew(client: Client, log: TrueLog, from: number, leaves: readonly Leaf[]): Promise<void> {
  const kept = log.rows.slice(0, from - 1)
  const start = placeLeaves(
    { size: 0, link: CHAIN_START, frontier: [] },
    kept.map((row) => row.leafHash),
  )
  const placed = placeLeaves(
    { size: kept.length, link: start.link, frontier: start.frontier },
    leaves.map((leaf) => leaf.leafHash),
  )
  await client.query('DELETE FROM audit_entries WHERE seq >= $1', [from])
  await client.query(
    `INSERT INTO audit_entries (seq, leaf_id, leaf_at, leaf_hash, prev_hash, hash)
     SELECT $1 + n - 1, id, at, leaf, prev, hash
       FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
            WITH ORDINALITY AS new(id, at, leaf, prev, hash, n)`,
    [
      from,
      leaves.map((leaf) => leaf.leafId),
      leaves.map((leaf) => leaf.leafAt),
      leaves.map((leaf) => leaf.leafHash),
      placed.entries.map((entry) => entry.prevHash),
      placed.entries.map((entry) => entry.hash),
    ],
  )
  await client.query('UPDATE audit_sequencer SET size = $1, last_hash = $2, frontier = $3::jsonb', [
    kept.length + leaves.length,
    placed.link,
    JSON.stringify(placed.frontier),
  ])
}
