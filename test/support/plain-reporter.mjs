import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

const HEARTBEAT_MS = 20_000
const SKIP_REASON = /\[skipped: (.+)\]$/
// The only reason that is allowed where CI_NO_SKIP=1: a clone on its own has no shared specifications beside it.
const ALLOWED_IN_CI = /COUNTERSIGN_SHARED/

/**
 * Plain lines, no cursor movement: one line per test file, the failures in full, every skipped test with its reason,
 * and a sign of life while a long file runs. The last line, `N passed, N failed, N skipped`, is what scripts read, so
 * it must really come last: run-tests.mjs prints it after jest has ended, from the summary file named in the
 * environment; where jest was started by hand the reporter prints it itself.
 */
class PlainReporter {
  constructor(globalConfig) {
    this.globalConfig = globalConfig
    this.running = new Map()
    this.skipped = []
    this.filesDone = 0
  }

  onRunStart(results) {
    this.filesTotal = results.numTotalTestSuites
    this.print(`running ${this.filesTotal} test files`)
    this.heartbeat = setInterval(() => this.printHeartbeat(), HEARTBEAT_MS)
    this.heartbeat.unref()
  }

  onTestFileStart(test) {
    this.running.set(test.path, Date.now())
  }

  onTestFileResult(test, result) {
    const seconds = ((Date.now() - (this.running.get(test.path) ?? Date.now())) / 1000).toFixed(1)
    this.running.delete(test.path)
    this.filesDone += 1
    const hasFailed = result.numFailingTests > 0 || result.testExecError !== undefined
    const verdict = hasFailed ? 'FAIL' : 'pass'
    this.print(
      `${verdict} ${this.nameOf(test.path)}  ${this.countsOf(result)}  ${seconds} s  [${this.filesDone}/${this.filesTotal}]`,
    )
    if (result.console?.length) this.printConsole(result.console)
    if (hasFailed && result.failureMessage) this.print(result.failureMessage.trimEnd())
    this.collectSkipped(test, result)
  }

  onRunComplete(_contexts, results) {
    clearInterval(this.heartbeat)
    const refused = this.printSkipped()
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites + refused,
      skipped: results.numPendingTests + results.numTodoTests - refused,
    }
    this.printFailedFiles(results)
    if (results.wasInterrupted) this.print('the run was interrupted before its end')
    this.mustFail = refused > 0
    this.report(counts)
  }

  getLastError() {
    return this.mustFail ? new Error('tests were skipped where every test must run') : undefined
  }

  /** Lists what was skipped and returns how many of the skips count as failures (CI_NO_SKIP=1). */
  printSkipped() {
    if (this.skipped.length === 0) return 0
    const isStrict = process.env['CI_NO_SKIP'] === '1'
    const refused = isStrict ? this.skipped.filter(({ reason }) => !ALLOWED_IN_CI.test(reason)) : []
    this.print('\nskipped:')
    for (const entry of this.skipped) {
      const mark = refused.includes(entry) ? 'NOT ALLOWED HERE ' : ''
      this.print(`  ${mark}${entry.file}: ${entry.title} (${entry.reason})`)
    }
    if (refused.length > 0) {
      this.print(`\n${refused.length} of them count as failed: CI_NO_SKIP=1 says every test must run here`)
    }
    return refused.length
  }

  printFailedFiles(results) {
    const failedFiles = results.testResults.filter((file) => file.numFailingTests > 0 || file.testExecError)
    if (failedFiles.length === 0) return
    this.print('\nfailed:')
    for (const file of failedFiles) {
      const titles = file.testResults.filter((test) => test.status === 'failed').map((test) => test.fullName)
      if (file.testExecError) titles.unshift('the file did not run to its end')
      for (const title of titles) this.print(`  ${this.nameOf(file.testFilePath)}: ${title}`)
    }
  }

  report(counts) {
    const summaryFile = process.env['COUNTERSIGN_TEST_SUMMARY']
    if (summaryFile) writeFileSync(summaryFile, JSON.stringify(counts))
    else this.print(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }

  collectSkipped(test, result) {
    // With -t every test that does not match is pending as well, which is what was asked for and not a skip.
    if (this.globalConfig.testNamePattern) return
    for (const { status, fullName } of result.testResults) {
      if (status !== 'pending' && status !== 'todo') continue
      const reason = SKIP_REASON.exec(fullName)?.[1] ?? 'no reason given'
      this.skipped.push({ file: this.nameOf(test.path), title: fullName.replace(SKIP_REASON, '').trim(), reason })
    }
  }

  countsOf(result) {
    const parts = [`${result.numPassingTests} passed`]
    if (result.numFailingTests > 0) parts.push(`${result.numFailingTests} failed`)
    const skippedCount = result.numPendingTests + result.numTodoTests
    if (skippedCount > 0) parts.push(`${skippedCount} skipped`)
    return parts.join(', ')
  }

  printConsole(entries) {
    for (const { type, message } of entries) this.print(`  console.${type}: ${message}`)
  }

  printHeartbeat() {
    const now = Date.now()
    const names = [...this.running].map(
      ([path, since]) => `${this.nameOf(path)} (${Math.round((now - since) / 1000)} s)`,
    )
    if (names.length > 0) this.print(`still running: ${names.join(', ')}`)
  }

  nameOf(path) {
    return relative(this.globalConfig.rootDir, path)
  }

  print(line) {
    process.stdout.write(`${line}\n`)
  }
}

export default PlainReporter
