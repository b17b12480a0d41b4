import fc from 'fast-check'
import { anyHistory } from './history.ts'
import { openHistoryWorld } from './history-world.ts'
import { requireSound } from './sound.ts'
import { withPeopleBySurface } from './twins.ts'
import type { History } from './history.ts'
import type { HistoryWorld } from './history-world.ts'

/**
 * Lives histories side by side on one database, and says as one line of JSON what came of it. A process of its own:
 * inside the test runner every statement costs three times as much, and a thousand histories are 100,000 of them.
 *
 *   histories-program.ts <guarded|people|posts> <seed> <batches> <at once> [shrink]
 */
const [mode = 'guarded', seed = '1', batches = '1', atOnce = '25', shrink = ''] = process.argv.slice(2)

async function holdsFor(world: HistoryWorld, histories: readonly History[]): Promise<void> {
  const outcomes = await world.live(histories)
  for (const outcome of outcomes) await requireSound(world, outcome)
}

const world = await openHistoryWorld(mode === 'people' ? withPeopleBySurface : (deps) => deps)
world.delivery.slack.canFindCards = mode !== 'posts'
try {
  let lived = 0
  // As many as asked for, and fewer only while a failure is made smaller.
  const histories = fc.array(anyHistory, { minLength: 1, maxLength: Number(atOnce), size: 'max' })
  const full = fc.array(anyHistory, { minLength: Number(atOnce), maxLength: Number(atOnce) })
  const property = (several: fc.Arbitrary<History[]>) =>
    fc.asyncProperty(several, async (some) => {
      lived += some.length
      await holdsFor(world, some)
    })
  const settings = { seed: Number(seed), numRuns: Number(batches) }
  const first = await fc.check(property(full), { ...settings, endOnFailure: true })
  const failed = first.failed && shrink !== '' ? await fc.check(property(histories), settings) : first
  const { failed: isFailed, errorInstance, counterexample } = failed.failed ? failed : first
  const error = (errorInstance as Error | null)?.message ?? null
  process.stdout.write(`${JSON.stringify({ lived, isFailed, error, counterexample: counterexample?.[0] ?? null })}\n`)
} finally {
  await world.close()
}
