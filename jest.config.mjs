import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const rootDir = fileURLToPath(new URL('.', import.meta.url))
const globalSetup = 'test/support/global-setup.ts'
const hasGlobalSetup = existsSync(new URL(globalSetup, import.meta.url))

/** One jest project per kind of test. Node loads everything, as it does when the product runs: jest transforms nothing. */
function project(displayName, { needsDatabase }) {
  return {
    displayName,
    rootDir,
    testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
    runtime: '<rootDir>/test/support/one-context/runtime.mjs',
    testEnvironment: '<rootDir>/test/support/one-context/environment.mjs',
    injectGlobals: false,
    modulePathIgnorePatterns: ['<rootDir>/.countersign/'],
    transform: {},
    ...(needsDatabase && hasGlobalSetup ? { globalSetup: `<rootDir>/${globalSetup}` } : {}),
  }
}

export default {
  rootDir,
  watchman: false,
  // A project's own limit is not honoured by this jest; tests wait for conditions, so a generous one costs nothing.
  testTimeout: 120_000,
  // A worker that has nothing open takes down its heap, which takes longer than jest waits (500 ms) after many files or on a
  // busy machine; jest then says that tests left something open. One that did is told of all the same, later.
  workerGracefulExitTimeout: 10_000,
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  reporters: ['<rootDir>/test/support/plain-reporter.mjs'],
  projects: [
    project('unit', { needsDatabase: false }),
    project('contract', { needsDatabase: true }),
    project('integration', { needsDatabase: true }),
    project('e2e', { needsDatabase: true }),
  ],
}
