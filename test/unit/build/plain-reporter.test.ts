import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const reporterModule = new URL('../../support/plain-reporter.mjs', import.meta.url).href

interface FileResult {
  readonly numPassingTests: number
  readonly numFailingTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testFilePath: string
  readonly testResults: readonly { readonly status: string; readonly fullName: string }[]
  readonly testExecError?: { readonly message: string }
  readonly failureMessage?: string
}

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plain-reporter-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function fileResult(tests: Readonly<Record<string, 'passed' | 'failed' | 'pending'>>): FileResult {
  const testResults = Object.entries(tests).map(([fullName, status]) => ({ fullName, status }))
  const countOf = (status: string) => testResults.filter((test) => test.status === status).length
  return {
    numPassingTests: countOf('passed'),
    numFailingTests: countOf('failed'),
    numPendingTests: countOf('pending'),
    numTodoTests: 0,
    testFilePath: '/house/test/unit/a.test.ts',
    testResults,
  }
}

/** Plays one test file to the reporter in a process of its own, and returns what it printed. */
function report(
  file: FileResult,
  environment: Readonly<Record<string, string>> = {},
  globalConfig: object = {},
): string[] {
  const script = join(folder, 'play.mjs')
  const totals = {
    numTotalTestSuites: 1,
    numPassedTests: file.numPassingTests,
    numFailedTests: file.numFailingTests,
    numPendingTests: file.numPendingTests,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: file.testExecError ? 1 : 0,
    testResults: [file],
    wasInterrupted: false,
  }
  const played = { file, totals, globalConfig: { rootDir: '/house', ...globalConfig } }
  writeFileSync(
    script,
    `import Reporter from ${JSON.stringify(reporterModule)}
     const { file, totals, globalConfig } = ${JSON.stringify(played)}
     const reporter = new Reporter(globalConfig)
     reporter.onRunStart(totals)
     reporter.onTestFileStart({ path: file.testFilePath })
     reporter.onTestFileResult({ path: file.testFilePath }, file)
     reporter.onRunComplete([], totals)
     if (reporter.getLastError()) console.log('the run fails')\n`,
  )
  const { stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8', env: { PATH: '', ...environment } })
  return stdout.trimEnd().split('\n')
}

describe('the plain reporter', () => {
  it('ends with the counts', () => {
    const lines = report(fileResult({ 'adds up': 'passed', 'takes away': 'failed' }))

    expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
    expect(lines).toContain('  test/unit/a.test.ts: takes away')
  })

  it('names every skipped test with its reason', () => {
    const lines = report(fileResult({ 'asks Prometheus [skipped: no prometheus on this machine]': 'pending' }))

    expect(lines).toContain('  test/unit/a.test.ts: asks Prometheus (no prometheus on this machine)')
    expect(lines.at(-1)).toBe('0 passed, 0 failed, 1 skipped')
  })

  it('says so when a skip has no reason', () => {
    const lines = report(fileResult({ 'was turned off': 'pending' }))

    expect(lines).toContain('  test/unit/a.test.ts: was turned off (no reason given)')
  })

  it('counts a skip as a failure where every test must run', () => {
    const lines = report(fileResult({ 'needs root [skipped: not root]': 'pending' }), { CI_NO_SKIP: '1' })

    expect(lines).toContain('0 passed, 1 failed, 0 skipped')
    expect(lines.at(-1)).toBe('the run fails')
  })

  it('allows the absence of the shared specifications even there', () => {
    const title = 'reads the API [skipped: no contracts here, set COUNTERSIGN_SHARED]'
    const lines = report(fileResult({ [title]: 'pending' }), { CI_NO_SKIP: '1' })

    expect(lines.at(-1)).toBe('0 passed, 0 failed, 1 skipped')
  })

  it('counts a file that did not load as a failure', () => {
    const lines = report({ ...fileResult({}), testExecError: { message: 'no such module' } })

    expect(lines).toContain('  test/unit/a.test.ts: the file did not run to its end')
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
  })

  it('does not list what a name pattern left out', () => {
    const lines = report(fileResult({ other: 'pending' }), { CI_NO_SKIP: '1' }, { testNamePattern: 'this' })

    expect(lines.join('\n')).not.toContain('no reason given')
  })

  it('leaves the last line to the script that started it', () => {
    const summary = join(folder, 'summary.json')
    const lines = report(fileResult({ 'adds up': 'passed' }), { COUNTERSIGN_TEST_SUMMARY: summary })

    expect(lines.join('\n')).not.toContain('0 failed')
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toEqual({ passed: 1, failed: 0, skipped: 0 })
  })
})
