import { noteReading, requireReading } from './reader.ts'
import { viewChange } from '../configuration/view-change.ts'
import type { ConfigurationChange } from '../../domain/configuration.ts'
import type { ConfigurationChangeView } from '../../domain/configuration-view.ts'
import type { Deps } from '../dependencies.ts'
import type { Reader } from './reader.ts'

/** Everyone who may see playbooks may see what is to become of them. */
export async function readChange(deps: Deps, reader: Reader, id: string): Promise<ConfigurationChangeView> {
  await requireReading(deps, reader, 'playbooks')
  const view = await viewChange(deps, id)
  await noteReading(deps, reader, { object: `configuration ${view.id}`, incidentId: null })
  return view
}

/** Changes that wait for people, the newest first: their ids for a list, which is noted by itself. */
export async function readPendingChanges(deps: Deps, reader: Reader): Promise<readonly ConfigurationChange[]> {
  await requireReading(deps, reader, 'playbooks')
  return deps.stores.configuration.listPending()
}
