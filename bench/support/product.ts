import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { API_TOKEN, WEBHOOK_TOKEN } from './names.ts'
import { cleanEnvironment } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** The product as anybody runs it, with the command line of `npm start`, in a process of its own. */
export interface Product {
  readonly url: string
  readonly pid: number
  /** From the start of the process until `/readyz` answers 200. */
  readonly readyMs: number
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
}

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const READY_WITHIN_MS = 120_000
const ASK_EVERY_MS = 5

export async function startProduct(
  workplace: Workplace,
  configPath: string,
  environment: Readonly<Record<string, string>>,
  /** Of another build, where it is not this one that is started. */
  repository = REPOSITORY,
): Promise<Product> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = workplace.start(
    [...(process.env['BENCH_FLAGS']?.split(' ') ?? []), ...startArguments(repository), '--config', configPath],
    {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...cleanEnvironment(),
        HOST: '127.0.0.1',
        PORT: String(port),
        COUNTERSIGN_DATA: workplace.dataFolder,
        COUNTERSIGN_WEBHOOK_TOKEN: WEBHOOK_TOKEN,
        COUNTERSIGN_API_TOKEN: API_TOKEN,
        LOG_LEVEL: 'warn',
        ...environment,
      },
    },
  )
  const logFile = join(workplace.folder, 'product.log')
  const log = createWriteStream(logFile, { flags: 'a' })
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  const url = `http://127.0.0.1:${String(port)}`
  await waitUntilReady(child, url, logFile)
  return {
    url,
    pid: child.pid ?? 0,
    readyMs: performance.now() - startedAt,
    stop: () => workplace.stop(child),
    kill: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

const Manifest = z.object({ scripts: z.object({ start: z.templateLiteral(['node ', z.string()]) }) })

function startArguments(repository: string): readonly string[] {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')))
  return manifest.scripts.start.split(' ').slice(1)
}

async function waitUntilReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while ((await statusOf(`${url}/readyz`)) !== 200) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${String(child.exitCode)}:\n${lastLines(logFile)}`)
    if (performance.now() > giveUpAt) throw new Error(`serve is not ready after two minutes:\n${lastLines(logFile)}`)
    await delay(ASK_EVERY_MS)
  }
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    request.on('error', () => resolve(undefined))
  })
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
