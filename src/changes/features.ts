import { changeKind } from './features/change-kind.ts'
import { environment } from './features/environment.ts'
import { failingNeighbours } from './features/failing-neighbours.ts'
import { graphDistance } from './features/graph-distance.ts'
import { newAgainstOld } from './features/new-against-old.ts'
import { rollout } from './features/rollout.ts'
import { sameVersion } from './features/same-version.ts'
import { serviceHistory } from './features/service-history.ts'
import { timeBeforeOnset } from './features/time-before-onset.ts'
import { versionMention } from './features/version-mention.ts'
import type { Feature } from './feature.ts'

/** Every view on a change, by the name its reasons carry. */
export const FEATURES: Readonly<Record<string, Feature>> = {
  time: timeBeforeOnset,
  distance: graphDistance,
  kind: changeKind,
  rollout,
  comparison: newAgainstOld,
  failures: failingNeighbours,
  mention: versionMention,
  history: serviceHistory,
  environment,
  content: sameVersion,
}
