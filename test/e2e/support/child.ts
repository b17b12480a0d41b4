import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitLong } from './wait-long.ts'
import { compileCacheFor, QUICK_START } from '../../support/compile-cache.ts'

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const LEASH = fileURLToPath(new URL('leash.ts', import.meta.url))

export interface Child {
  readonly pid: number
  /** Everything it has printed so far, on both streams. */
  output(): string
  /** The first match in what it prints, now or later. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  signal(name: NodeJS.Signals): void
  /** Asks it to end, and waits. */
  end(): Promise<number | null>
}

/**
 * A process of its own, which gets nothing of our environment but what is given. One of Node's hangs on a leash: it does
 * not outlive the test's process, even where that is killed.
 */
export function startChild(
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  cwd = REPOSITORY,
): Child {
  const { PATH = '', HOME = '' } = process.env
  const words = file === process.execPath ? [...QUICK_START, '--import', LEASH, ...args] : [...args]
  const child = spawn(file, words, { cwd, env: { PATH, HOME, ...compileCacheFor(args), ...variables } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output += text
    })
  }
  let hasEnded = false
  // Not at its exit: what it printed last may still be on its way then.
  const ended = once(child, 'close').then(([code]) => {
    hasEnded = true
    return code as number | null
  })
  return {
    pid: child.pid ?? -1,
    output: () => output,
    waitForOutput: (pattern) =>
      waitLong(`${pattern.source} in the output of ${file}`, () => {
        const found = pattern.exec(output)
        if (found === null && hasEnded) throw new Error(`${file} has ended without ${pattern.source}:\n${output}`)
        return found ?? undefined
      }),
    ended,
    signal: (name) => {
      child.kill(name)
    },
    end: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** `countersign <args>`, by the Node that runs the tests. */
export function startCountersign(args: readonly string[], variables: Readonly<Record<string, string>>): Child {
  return startChild(process.execPath, [MAIN, ...args], variables)
}
