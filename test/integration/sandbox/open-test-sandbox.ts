import { fileURLToPath } from 'node:url'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import { openSandbox } from '../../../src/sandbox/open-sandbox.ts'
import type { Sandbox } from '../../../src/sandbox/open-sandbox.ts'

const FOLDER = fileURLToPath(new URL('../../../sandbox', import.meta.url))

export interface TestSandbox extends Disposable {
  readonly sandbox: Sandbox
  /** The sandbox's own time, which stands still otherwise. */
  pass(ms: number): void
}

/** A scenario of the sandbox whose clock is the test's, so that seconds of a story cost none. */
export async function openTestSandbox(scenario: string): Promise<TestSandbox> {
  const { world: file, scenarios } = await loadSandbox(FOLDER)
  const story = scenarios.get(scenario)
  if (story === undefined) throw new Error(`There is no scenario ${scenario}.`)
  let nowMs = Date.parse('2026-11-21T09:00:00Z')
  const clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs }
  const sandbox = await openSandbox({ file, scenario: story, seed: 7, clock, watches: true })
  return {
    sandbox,
    pass: (ms) => {
      nowMs += ms
    },
    [Symbol.dispose]: () => {
      void sandbox.close()
    },
  }
}
