import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { REPOSITORY } from './installation.ts'
import { eventually } from './eventually.ts'
import { compileCacheFor, QUICK_START } from '../../support/compile-cache.ts'

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string
  readonly msg: string
}

/** A process of `src/main.ts` as an operator starts it. */
export interface CountersignProcess {
  readonly pid: number
  /** What it wrote so far. */
  readonly output: { readonly stdout: string; readonly stderr: string }
  readonly lines: () => readonly LogLine[]
  /** Where it listens, once it says that it is ready. */
  ready(): Promise<string>
  /** Waits for a line of its log. */
  said(message: string): Promise<LogLine>
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
  /** Nobody reads what it writes any more: its pipes break. */
  stopReading(): void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Ends it whatever state it is in. */
  end(): Promise<void>
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR'] as const

/** Only what it is given is in its environment, besides what any process has. */
export function startProcess(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  cwd = REPOSITORY,
): CountersignProcess {
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]))
  const child = spawn(process.execPath, [...QUICK_START, join(REPOSITORY, 'src', 'main.ts'), ...words], {
    cwd,
    env: { ...inherited, ...compileCacheFor(words), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  let isOver = false
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      isOver = true
      resolve(code ?? signal ?? 'gone')
    })
  })
  const lines = (): readonly LogLine[] => output.stdout.split('\n').flatMap(parseLine)
  const said = async (message: string): Promise<LogLine> => {
    const find = () => lines().find((line) => line.msg === message)
    await eventually(`"${message}" in the log`, () => {
      if (find() === undefined && isOver) throw new Error(`It ended first: ${output.stderr}${output.stdout}`)
      return find() !== undefined
    })
    return find() ?? { level: '', msg: '' }
  }
  const signal: CountersignProcess['signal'] = (name) => {
    if (!isOver) child.kill(name)
  }
  return {
    pid: child.pid ?? -1,
    output,
    lines,
    ready: async () => String((await said('Countersign is ready'))['url']),
    said,
    signal,
    stopReading: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    ended,
    end: async () => {
      signal('SIGKILL')
      await ended
    },
  }
}

/** What is not JSON is not a line of the log: the caller looks at the output as a whole. */
function parseLine(text: string): readonly LogLine[] {
  try {
    return text === '' ? [] : [JSON.parse(text) as LogLine]
  } catch {
    return []
  }
}
