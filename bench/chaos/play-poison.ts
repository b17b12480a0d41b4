import { prepareTemplate } from '../../test/support/postgres.ts'
import { publishTestServer, startTestServer } from '../../test/support/test-server.ts'
import { openPoisonWorld } from './poison-world.ts'
import type { PoisonKind, PoisonOutcome } from './poison-world.ts'

/** What the guard of the event loop is in the product; null takes it out, which is the twin. */
const LOOP_LIMIT_MS = 30_000
const RATIO_AT_MOST = 2
/** The twin is given up after so many times of what the others take without poison. */
const TWIN_PATIENCE = 3

/** T31 by the product's own deadlines: how long the others take beside a job that ends its worker. Answers how many promises broke. */
export async function playPoison(times: number, print: (line: string) => void): Promise<number> {
  const started = await startTestServer()
  publishTestServer(started.server)
  try {
    await prepareTemplate(started.server)
    let broken = 0
    for (let round = 0; round < times; round += 1) broken += await playRound(print)
    return broken
  } finally {
    await started.stop()
  }
}

async function playRound(print: (line: string) => void): Promise<number> {
  const broken: string[] = []
  const play = async (kind: PoisonKind | null, loopLimitMs: number | null, patienceMs?: number) => {
    const world = await openPoisonWorld({ loopLimitMs })
    try {
      return await world.play(kind, patienceMs)
    } finally {
      await world.close()
    }
  }
  const normal = await play(null, LOOP_LIMIT_MS)
  print(`no poison: ${wordsOf(normal)}`)
  for (const kind of ['kill', 'throw', 'loop'] as const) {
    const outcome = await play(kind, LOOP_LIMIT_MS)
    const ratio = outcome.seconds / normal.seconds
    print(`poison by ${kind}: ${wordsOf(outcome)}, ${ratio.toFixed(2)} times as long`)
    if (ratio > RATIO_AT_MOST) broken.push(`${kind} made the others take ${ratio.toFixed(2)} times as long`)
    if (outcome.begun !== 3 || !outcome.isSetAside) broken.push(`${kind} was begun ${String(outcome.begun)} times`)
    if (outcome.done !== outcome.others || outcome.doneTwice > 0) {
      broken.push(`${kind} left others undone or did them twice`)
    }
  }
  const twin = await play('loop', null, normal.seconds * 1000 * TWIN_PATIENCE)
  print(`poison by loop without the guard (twin): ${wordsOf(twin)}`)
  if (twin.done === twin.others) {
    broken.push('without the guard the others were done all the same, so this shows nothing')
  }
  for (const promise of broken) console.error(`broken: ${promise}`)
  return broken.length
}

function wordsOf({ done, others, seconds, begun, isSetAside, deaths, p99 }: PoisonOutcome): string {
  const fate = begun === 0 ? '' : `; poison begun ${String(begun)} times${isSetAside ? ' and set aside' : ''}`
  const tail = `${seconds.toFixed(1)} s, the first 99 % in ${p99.toFixed(1)} s`
  return `${String(done)} of ${String(others)} others in ${tail}${fate}; ${String(deaths)} workers died`
}
