import { currentGlobals } from './current-globals.mjs'

// Modules that several test files share are loaded once, and mean the file that runs.
const ofCurrentFile = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, _this, args) => currentGlobals()[name](...args),
    get: (_target, key) => currentGlobals()[name][key],
  })

export const describe = ofCurrentFile('describe')
export const it = ofCurrentFile('it')
export const test = ofCurrentFile('test')
export const expect = ofCurrentFile('expect')
export const beforeAll = ofCurrentFile('beforeAll')
export const beforeEach = ofCurrentFile('beforeEach')
export const afterAll = ofCurrentFile('afterAll')
export const afterEach = ofCurrentFile('afterEach')
export const jest = ofCurrentFile('jest')
