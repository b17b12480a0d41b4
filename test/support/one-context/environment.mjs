import { ModernFakeTimers } from '@jest/fake-timers'
import { ModuleMocker } from 'jest-mock'

/** The process itself instead of a context of its own (see runtime.mjs). What a file left in its environment is put back. */
export default class OneContextEnvironment {
  global = globalThis
  moduleMocker = new ModuleMocker(globalThis)
  fakeTimers = null
  fakeTimersModern
  #variables = { ...process.env }
  #exit = process.exit
  #console = globalThis.console

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis })
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose()
    this.moduleMocker.restoreAllMocks()
    // Jest puts its own in their places for every file.
    process.exit = this.#exit
    globalThis.console = this.#console
    for (const name of Object.keys(process.env)) {
      if (!Object.hasOwn(this.#variables, name)) delete process.env[name]
    }
    Object.assign(process.env, this.#variables)
  }

  exportConditions() {
    return ['node', 'node-addons']
  }

  /** Only asked for coverage. */
  getVmContext() {
    return null
  }
}
