import { prepareTemplate } from '../../test/support/postgres.ts'
import { publishTestServer, startTestServer } from '../../test/support/test-server.ts'
import { LATER, openPoisonWorld } from './poison-world.ts'
import type { PoisonKind, PoisonOutcome } from './poison-world.ts'

/** What the guard of the event loop is in the product; null takes it out, which is the twin. */
const LOOP_LIMIT_MS = 30_000
const RATIO_AT_MOST = 2

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
  const play = async (kind: PoisonKind | null, loopLimitMs: number | null) => {
    const world = await openPoisonWorld({ loopLimitMs })
    try {
      return await world.play(kind)
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
    if (outcome.later !== LATER) broken.push(`${kind}: only ${String(outcome.later)} jobs that came later were done`)
  }
  const twin = await play('loop', null)
  print(`poison by loop without the guard (twin): ${wordsOf(twin)}`)
  if (twin.later > 0) broken.push('without the guard work went on all the same, so this shows nothing')
  for (const promise of broken) console.error(`broken: ${promise}`)
  return broken.length
}

function wordsOf({ done, others, seconds, begun, isSetAside, deaths, p99, later }: PoisonOutcome): string {
  const parked = isSetAside ? ' and set aside' : ''
  const fate =
    begun === 0 ? '' : `; poison begun ${String(begun)} times${parked}; ${String(later)} of ${String(LATER)} later ones`
  const tail = `${seconds.toFixed(1)} s, the first 99 % in ${p99.toFixed(1)} s`
  return `${String(done)} of ${String(others)} others in ${tail}${fate}; ${String(deaths)} workers died`
}
