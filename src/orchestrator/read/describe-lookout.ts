import { LOOKOUT_DUTY } from '../../ports/clock-duty-store.ts'
import type { Deps } from '../dependencies.ts'

const LATE_SECONDS = 60

/** What stands still, and whether somebody still looks; empty when all is well. */
export async function describeLookout({ stores }: Pick<Deps, 'stores'>): Promise<readonly string[]> {
  const [open, seconds] = await Promise.all([
    stores.standstills.listOpen(),
    stores.clockDuties.lastEndedSeconds(LOOKOUT_DUTY),
  ])
  const late = `The last look for what stands still ended ${String(Math.round(seconds ?? 0))} s ago.`
  return [...open.map(({ text }) => text), ...(seconds !== null && seconds > LATE_SECONDS ? [late] : [])]
}
