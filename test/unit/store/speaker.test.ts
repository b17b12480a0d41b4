import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { collectAnnouncements, notify } from '../../../src/store/notify.ts'
import { drizzle } from '../../../src/store/drizzle.ts'
import type { Pool } from 'pg'

type Answer = () => Promise<unknown>

const done: Answer = () => Promise.resolve({ rows: [] })
const broken: Answer = () => Promise.reject(new Error('connection terminated'))
const hanging: Answer = () => new Promise(() => undefined)

let said: string[]
/** How the next statements on a connection of the pool are answered; then all are done. */
let answers: Answer[]
let pool: Pool
beforeEach(() => {
  jest.useFakeTimers()
  said = []
  answers = []
  pool = connection(() => answers.shift() ?? done)
})
afterEach(() => {
  jest.useRealTimers()
})

function connection(answer: () => Answer): Pool {
  const query = (_query: unknown, values: readonly unknown[]) => {
    const own = answer()
    if (own === done) said.push(...(values[1] as string[]))
    return own()
  }
  return { query } as unknown as Pool
}

/** A transaction that says one thing, on a connection of its own that answers so. */
async function commit(payload: string, answer: Answer, committed: Promise<unknown> = Promise.resolve()) {
  const db = drizzle(connection(() => answer))
  const announcements = collectAnnouncements(pool, db)
  await notify(db, 'incident', payload)
  announcements.announce(committed).catch(() => undefined)
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms)

describe('what commits have to say', () => {
  it('does not wait for ever for a connection that hangs', async () => {
    await commit('INC-1', hanging)
    await commit('INC-2', done)
    await pass(1_500)
    expect(said).toEqual([])

    await pass(1_000)
    expect(said).toEqual(['INC-2'])
  })

  it('waits for the one that speaks where that is answered (the twin)', async () => {
    await commit('INC-1', done)
    await commit('INC-2', done)
    await pass(0)

    expect(said).toEqual(['INC-1', 'INC-2'])
  })

  it('is said on another connection where its own broke behind the commit', async () => {
    await commit('INC-1', broken)
    await pass(0)

    expect(said).toEqual(['INC-1'])
  })

  it('is said where nobody knows whether it was committed, and not before that', async () => {
    let lose: (error: Error) => void = () => undefined
    const committed = new Promise((_resolve, reject) => {
      lose = reject
    })
    await commit('INC-1', broken, committed)
    await pass(0)
    expect(said).toEqual([])

    lose(new Error('commit_unknown'))
    await pass(0)
    expect(said).toEqual(['INC-1'])
  })

  it('is not lost for all where the connection that speaks for them breaks', async () => {
    answers = [broken, broken]
    await commit('INC-1', hanging)
    await commit('INC-2', done)
    await commit('INC-3', done)
    await pass(6_000)

    expect(said).toEqual(['INC-2', 'INC-3'])
  })

  it('is given up in an outage, and the next is said when that is over', async () => {
    answers = Array.from({ length: 6 }, () => broken)
    await commit('INC-1', broken)
    await pass(60_000)
    expect([said, answers]).toEqual([[], []])

    await commit('INC-2', done)
    await pass(0)
    expect(said).toEqual(['INC-2'])
  })
})
