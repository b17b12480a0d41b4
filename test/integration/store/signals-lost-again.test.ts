import { afterEach, describe, expect, it } from '@jest/globals'
import { createTestDatabase } from '../../support/postgres.ts'
import { notify } from '../../../src/store/notify.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { waitUntil } from '../../support/wait-until.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('a listening connection that is lost while it says anew what it listens to', () => {
  it('is opened once more, and what is said then is heard', async () => {
    const database = await createTestDatabase()
    closers.push(() => database.drop())
    const proxy = await openFaultProxy(database.url)
    closers.push(() => proxy.close())
    const { db, close } = await openDatabase({ url: database.url, applicationName: 'speaks', maxConnections: 1 })
    closers.push(close)
    const signals = await openSignals({ url: proxy.url, log: silentLogger })
    closers.push(() => signals.close())
    const heard: string[] = []
    signals.listen('outbox', (payload) => heard.push(payload))
    await waitUntil('the server knows of the listener', () => heard.length > 0)

    proxy.inject({ kind: 'cut-before-reply', times: 1, matches: (piece) => piece.includes('LISTEN') })
    proxy.dropAll()
    await waitUntil('it was lost again', () => proxy.hitsOf('cut-before-reply') === 1)

    await waitUntil('it hears again', async () => {
      await notify(db, 'outbox', 'after it')
      return heard.includes('after it')
    })
    expect(heard.filter((payload) => payload === '').length).toBeGreaterThan(1)
  })
})
