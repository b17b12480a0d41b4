import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FROZEN_CASES, freezeOne } from '../../test/integration/executor/frozen-replicas.ts'
import type { FrozenCase, FrozenOutcome } from '../../test/integration/executor/frozen-replicas.ts'
import { openWorld } from '../../test/integration/executor/world.ts'
import { prepareTemplate } from '../../test/support/postgres.ts'
import { publishTestServer, startTestServer } from '../../test/support/test-server.ts'

const AT_ONCE = 4
const SAY_EVERY = 20
/** Without lease and fence; one for so many guarded ones. */
const TWIN_SHARE = 20
const TWIN: FrozenCase = { point: 'before-send', uses: 'argocd/sync' }

/** T29: replicas that sleep longer than their lease, at every point in turn. Answers how many promises broke. */
export async function playFrozen(runs: number, print: (line: string) => void): Promise<number> {
  const started = await startTestServer()
  publishTestServer(started.server)
  const folder = mkdtempSync(join(tmpdir(), 'countersign-frozen-'))
  process.env['NODE_COMPILE_CACHE'] = folder
  try {
    await prepareTemplate(started.server)
    const world = await openWorld()
    const replica = await world.replica({ settings: { inflightWindowMs: 50 }, maxConnections: 20 })
    const outcomes: FrozenOutcome[] = []
    const play = async (cases: readonly FrozenCase[], isUnguarded: boolean) => {
      const left = [...cases]
      const found: FrozenOutcome[] = []
      const work = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          found.push(await freezeOne(world, replica, next, isUnguarded))
          if (found.length % SAY_EVERY === 0) {
            print(`${String(found.length)} of ${String(cases.length)} replicas slept and woke up`)
          }
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      return found
    }
    outcomes.push(
      ...(await play(
        Array.from({ length: runs }, (_, index) => caseOf(index)),
        false,
      )),
    )
    const twins = await play(
      Array.from({ length: Math.ceil(runs / TWIN_SHARE) }, () => TWIN),
      true,
    )
    await world.close()
    console.log(`\n${tableOf(outcomes)}\n`)
    console.log(
      `without lease and fence (twin), at before-send: ${String(doublesOf(twins))} of ${String(twins.length)} twice`,
    )
    const broken = [...outcomes.flatMap(brokenBy)]
    if (doublesOf(twins) === 0) broken.push('without lease and fence nothing happened twice, so this shows nothing')
    for (const promise of broken) console.error(`broken: ${promise}`)
    return broken.length
  } finally {
    await started.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function caseOf(index: number): FrozenCase {
  return FROZEN_CASES[index % FROZEN_CASES.length] ?? TWIN
}

function doublesOf(outcomes: readonly FrozenOutcome[]): number {
  return outcomes.filter(({ effects }) => effects > 1).length
}

function brokenBy({ point, uses, ended, effects, sent, recorded }: FrozenOutcome): readonly string[] {
  const where = `${uses}, asleep at ${point}`
  return [
    ...(ended === 'succeeded' ? [] : [`${where}: the run ended ${ended}`]),
    ...(effects === 1 ? [] : [`${where}: its effect happened ${String(effects)} times`]),
    ...(sent === 0 ? [] : [`${where}: sent ${String(sent)} times after it woke up`]),
    ...(recorded.length === 0 ? [] : [`${where}: recorded after it woke up: ${recorded.join(', ')}`]),
  ]
}

function tableOf(outcomes: readonly FrozenOutcome[]): string {
  const rows = FROZEN_CASES.map(({ point, uses }) => {
    const own = outcomes.filter((outcome) => outcome.point === point && outcome.uses === uses)
    const sent = own.reduce((sum, outcome) => sum + outcome.sent, 0)
    const recorded = own.reduce((sum, outcome) => sum + outcome.recorded.length, 0)
    const lost = own.filter(({ effects }) => effects === 0).length
    return [`${point} ${uses}`, own.length, sent, recorded, doublesOf(own), lost].map(String)
  })
  const head = ['asleep at', 'runs', 'sent', 'recorded', 'twice', 'lost']
  return [head, ...rows]
    .map(([where = '', ...numbers]) => [where.padEnd(36), ...numbers.map((cell) => cell.padStart(8))].join(''))
    .join('\n')
}
