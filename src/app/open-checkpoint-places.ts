import type { Config } from '../config/config.ts'
import { openCheckpointFolder } from '../store/checkpoint-folder.ts'
import { CheckpointPlace } from '../store/checkpoint-place.ts'
import { FileThreads } from '../store/file-threads.ts'

export interface CheckpointPlaces {
  /** The folder `audit.checkpoints`. */
  readonly own: CheckpointPlace
  /** Of `audit.copies`. */
  readonly copies: readonly CheckpointPlace[]
  /** The first one once more, for who reads all of it beside whoever writes. */
  readonly reading: CheckpointPlace
  /** Names of those that do not answer. */
  readonly hanging: () => readonly string[]
}

type FoldersOfConfig = Pick<Config, 'checkpointFolder' | 'checkpointCopies'>

/** Each on its own: one that never answers keeps nobody waiting, and not the process either. */
export function openCheckpointPlaces({ checkpointFolder, checkpointCopies }: FoldersOfConfig): CheckpointPlaces {
  const threads = new FileThreads()
  const openPlace = (folder: string) => new CheckpointPlace(folder, openCheckpointFolder(folder), { threads })
  const [own, reading] = [openPlace(checkpointFolder), openPlace(checkpointFolder)]
  const copies = checkpointCopies.map(openPlace)
  const hanging = () => [
    ...new Set([own, ...copies, reading].filter(({ isHanging }) => isHanging).map(({ name }) => name)),
  ]
  return { own, copies, reading, hanging }
}
