import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { QUICK_START } from '../../support/compile-cache.ts'
import type { History } from './history.ts'

const PROGRAM = fileURLToPath(new URL('histories-program.ts', import.meta.url))
const PATIENCE_MS = 600_000
/** Set HISTORIES_SEED to what a failure prints, and the same histories are lived again. */
const SEED = process.env['HISTORIES_SEED'] ?? String(Date.now() % 2 ** 31)

/** Nearly always the first hundred; three hundred are too few once in some weeks. */
const UNTIL_ONE_FAILS = ['80', '25'] as const

interface Report {
  readonly lived: number
  readonly isFailed: boolean
  readonly error: string | null
  readonly counterexample: readonly History[] | null
}

function live(...args: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [...QUICK_START, PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(printed) as Report)
      else reject(new Error(`The program ended with ${String(code)}: ${printed}`))
    })
  })
}

describe('a thousand histories of clicks, retries, replays, edits and outages in Slack and Teams', () => {
  it(
    `end with one decision a person, at most one run, and one card a surface with the final state (seed ${SEED})`,
    async () => {
      const report = await live('guarded', SEED, '40', '25', 'shrink')

      expect(report).toMatchObject({ isFailed: false, error: null, counterexample: null })
      expect(report.lived).toBeGreaterThanOrEqual(1_000)
    },
    PATIENCE_MS,
  )
})

describe('the same histories without a guard (the twins)', () => {
  it(
    'let one person decide twice, once on each surface, where accounts are people of their own',
    async () => {
      const report = await live('people', SEED, ...UNTIL_ONE_FAILS)

      expect(report.isFailed).toBe(true)
      expect(report.error).toContain('a person has decided twice')
    },
    PATIENCE_MS,
  )

  it(
    'show two cards where a post whose answer was lost is not looked for',
    async () => {
      const report = await live('posts', SEED, ...UNTIL_ONE_FAILS)

      expect(report.isFailed).toBe(true)
      // Each lost answer makes one more.
      expect(report.error).toMatch(/there are (?:[2-9]|\d\d+) cards in slack/)
    },
    PATIENCE_MS,
  )
})
