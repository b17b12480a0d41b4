import { statSync } from 'node:fs'

/**
 * The files that take longest begin first, so that no worker is left alone with one of them at the end. Jest knows how
 * long a file takes only where it ran before; on a clean clone it goes by size, which says little: these wait for
 * processes, leases and browsers. The order is that of their times; the rest follows by size.
 */
const LONGEST = [
  'poison/poison-jobs',
  'histories/histories',
  'surfaces/parity',
  'cli/examples',
  'operations/roles',
  'executor/dying-replicas',
  'e2e/demo',
  'operations/readiness',
  'lookout/frozen-processes',
  'e2e/real-input',
  'e2e/both-surfaces',
  'e2e/slack-emulated',
  'operations/story',
  'delivery/rooms',
]

export default class LongestFirst {
  sort(tests) {
    const weights = new Map(tests.map((test) => [test, weightOf(test.path)]))
    return [...tests].sort((left, right) => weights.get(right) - weights.get(left))
  }

  shard(tests) {
    return tests
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {
    // What a file took last time changes nothing here.
  }
}

function weightOf(path) {
  const place = LONGEST.findIndex((name) => path.endsWith(`${name}.test.ts`))
  return place < 0 ? statSync(path).size : Number.MAX_SAFE_INTEGER - place
}
