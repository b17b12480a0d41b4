import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const rootDir = fileURLToPath(new URL('.', import.meta.url))
const globalSetup = 'test/support/global-setup.ts'
const hasGlobalSetup = existsSync(new URL(globalSetup, import.meta.url))

/**
 * One jest project per kind of test. The source stays ES modules: swc only strips the types, as Node itself does
 * when the product runs.
 */
function project(displayName, { needsDatabase }) {
  return {
    displayName,
    rootDir,
    testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
    testEnvironment: 'node',
    injectGlobals: false,
    // A global is looked up through the sandbox each time, which took a third of the processor in libraries that ask often.
    sandboxInjectedGlobals: ['Object', 'Array', 'Symbol'],
    extensionsToTreatAsEsm: ['.ts'],
    modulePathIgnorePatterns: ['<rootDir>/.countersign/'],
    // Jest would hand the setup to swc as CommonJS, which a package of ES modules cannot load; Node itself can.
    transformIgnorePatterns: ['/node_modules/', '/test/support/global-(setup|teardown)\\.ts$'],
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          swcrc: false,
          jsc: {
            target: 'es2024',
            externalHelpers: false,
            parser: { syntax: 'typescript' },
            transform: { verbatimModuleSyntax: true },
            experimental: { keepImportAttributes: true },
          },
          module: { type: 'es6' },
        },
      ],
    },
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
