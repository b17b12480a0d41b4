import { askSource } from './ask-source.ts'
import { factText } from './evidence-text.ts'
import { findService } from '../../domain/service-catalog.ts'
import { shortRevision } from '../../summaries/wording.ts'
import type { Answer } from './ask-source.ts'
import type { DeployState } from '../../ports/deploy-state.ts'
import type { Deps } from '../dependencies.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const TIMEOUT_MS = 5_000
const MOST_HISTORY = 10

/** What runs each of the services now, and what ran before. */
export async function deployEvidence(
  deps: Deps,
  incidentId: string,
  services: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer<NewEvidence | null>[]> {
  const reader = deps.deployState
  if (reader === null) return []
  const known = services.flatMap((name) => findService(deps.catalog, name) ?? [])
  return Promise.all(
    known
      .filter((service) => service.argocd !== null)
      .map((service) =>
        askSource(deps, 'argocd', { timeoutMs: TIMEOUT_MS, signal }, async (deadline) => {
          const state = await reader.read(service, deadline)
          return state === null ? null : toEvidence(incidentId, service.name, state, deps.clock.now())
        }),
      ),
  )
}

function toEvidence(incidentId: string, service: string, state: DeployState, at: Date): NewEvidence {
  const top = state.history[0]
  const revision = state.revision === null ? 'an unnamed revision' : shortRevision(state.revision)
  const entry = top === undefined ? '' : ` (history ${top.id})`
  const running = state.operationPhase === 'Running' ? ', an operation is running' : ''
  const autoSync = state.autoSync ? 'on' : 'off'
  return {
    incidentId,
    key: `deploy-state:${service}`,
    kind: 'deploy_state',
    source: 'Argo CD',
    at,
    fact: factText(
      `${service} runs ${revision}${entry}: health ${state.health}, ${state.sync}, auto-sync ${autoSync}${running}`,
    ),
    url: state.url,
    data: {
      ...{ service, app: state.app, revision: state.revision, health: state.health, sync: state.sync },
      ...{ autoSync: state.autoSync, operationPhase: state.operationPhase },
      history: state.history.slice(0, MOST_HISTORY).map((one) => ({
        id: one.id,
        revision: one.revision,
        deployedAt: one.deployedAt.toISOString(),
        initiatedBy: one.initiatedBy,
      })),
    },
  }
}
