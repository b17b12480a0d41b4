import type { Checkpoint } from '../domain/audit-entry.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { CheckpointDeps, Published } from '../orchestrator/checkpoint-audit.ts'
import { createCheckpointTeller } from '../orchestrator/tell-checkpoint.ts'
import type { CheckpointLog } from '../ports/checkpoint-log.ts'

const LOOK_EVERY_MS = 15_000

interface FurtherPlaces {
  /** Folders besides `audit.checkpoints`. */
  readonly copies: readonly Pick<CheckpointLog, 'append'>[]
  /** Milliseconds between lines in an incident's thread. */
  readonly lineEveryMs: number
}

type PublishedCheckpoints = Required<Pick<CheckpointDeps, 'publish' | 'remind'>>

/**
 * The further places of a checkpoint: the incidents' threads and other folders. One that fails keeps none of the others
 * from getting it, and is then said aloud; the next checkpoint covers what this one did. Enough is one folder besides
 * `audit.checkpoints`, where any is configured: a thread gets a line only of what happens in its incident.
 */
export function publishCheckpoint(deps: Deps, places: FurtherPlaces): PublishedCheckpoints {
  const { tell, remind } = createCheckpointTeller(deps, { lookEveryMs: LOOK_EVERY_MS, tellEveryMs: places.lineEveryMs })
  const publish = async (checkpoint: Checkpoint): Promise<Published> => {
    const [told, copied] = await Promise.all([
      Promise.allSettled([tell(checkpoint)]),
      Promise.allSettled(places.copies.map((folder) => folder.append(checkpoint))),
    ])
    const isEnough = places.copies.length === 0 || copied.some(({ status }) => status === 'fulfilled')
    const failures = [...told, ...copied].flatMap((result): readonly unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    )
    return { isEnough, failures }
  }
  return { publish, remind }
}
