import { statSync } from 'node:fs'

/**
 * The files that take longest begin first, so that no worker is left alone with one of them at the end. Jest knows how
 * long a file takes only where it ran before; on a clean clone it goes by size, which says little: these wait for
 * processes, leases and browsers. The order is that of their times; the rest follows by size. One that mostly waits
 * (frozen-processes) stands between those that keep the processor busy.
 */
const LONGEST = [
  'histories/histories',
  'cli/examples',
  'surfaces/parity',
  'lookout/frozen-processes',
  'decisions/races',
  'poison/poison-jobs',
  'operations/roles',
  'configuration/running-plans',
  'e2e/demo',
  'e2e/both-surfaces',
  'slack/oauth',
  'operations/holes',
  'configuration/two-people',
  'executor/asleep-while-connecting',
  'e2e/real-input',
  'operations/readiness',
  'executor/tampered-plan',
  'executor/frozen-replicas',
  'e2e/slack-emulated',
  'audit/full-disk',
  'e2e/console',
  'executor/nested-approval',
  'audit/evidence-pack',
  'lookout/look-out',
  'audit/two-places',
  'poison/poison-runs',
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
