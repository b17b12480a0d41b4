import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { forgetTestFile, globalsOf, provideGlobals } from './current-globals.mjs'

const require = createRequire(import.meta.url)
const GLOBALS = new URL('jest-globals.mjs', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context),
})

/**
 * What jest gives a test file instead of its own loader (`runtime` in jest.config.mjs): Node's. Jest's own loads all modules
 * anew for every file, in a context of its own, which took 1.7 s of the processor a file: more than half of the suite. So
 * the files of one worker share their modules, as the rooms of one process do; what a file changes outside of itself it
 * puts back. The rest is jest's: its workers, its circus with hooks and deadlines, its expect, its reporters.
 *
 * Only what jest-circus and jest-runner call is here. There are no module mocks.
 */
export default class OneContextRuntime {
  #environment

  constructor(_config, environment) {
    this.#environment = environment
  }

  unstable_shouldLoadAsEsm() {
    return true
  }

  unstable_importModule(path) {
    return import(pathToFileURL(path).href)
  }

  requireModule(path) {
    return require(path)
  }

  /** Circus begins a tree of tests when it is loaded, so it is loaded once a file. */
  requireInternalModule(path) {
    forgetTestFile()
    delete require.cache[path]
    return require(path)
  }

  setGlobalsForRuntime(globals) {
    provideGlobals(globalsOf(globals, this.#environment))
  }

  teardown() {
    forgetTestFile()
  }

  enterTestCode() {
    // Jest's own notes here what may still be loaded; Node loads what it is asked for.
  }

  leaveTestCode() {
    // As above.
  }

  getSourceMaps() {
    return new Map()
  }

  getAllCoverageInfoCopy() {
    return undefined
  }
}
