import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './is-alive.ts'
import { TestServer, findTestServer, isOnOwnServer, startTestServer } from './test-server.ts'
import { z } from 'zod'

const Started = z.object({ pid: z.number(), server: TestServer })

let starting: Promise<TestServer> | undefined

/**
 * The server of this worker of jest. A transaction that stands open in one database holds up the numbers of every audit
 * log on its server, so test files that run beside each other have one each: the first worker that of the run, the others
 * one that they start when they first need it. It ends with the worker.
 */
export function serverOfWorker(): Promise<TestServer> {
  return (starting ??= findOrStart())
}

async function findOrStart(): Promise<TestServer> {
  const shared = findTestServer()
  const worker = process.env['JEST_WORKER_ID'] ?? '1'
  if (worker === '1' || !isOnOwnServer()) return shared
  // Every test file has modules of its own; what the one before it started is found here.
  const note = join(tmpdir(), `countersign-server-${shared.runId}-${worker}.json`)
  const known = existsSync(note) ? Started.parse(JSON.parse(readFileSync(note, 'utf8'))) : undefined
  if (known !== undefined && isAlive(known.pid)) return known.server
  const { server } = await startTestServer()
  const draft = `${note}.${String(process.pid)}`
  writeFileSync(draft, JSON.stringify({ pid: process.pid, server }))
  renameSync(draft, note)
  return server
}
