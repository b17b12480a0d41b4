import { askSource } from './ask-source.ts'
import { factText } from './evidence-text.ts'
import { findService } from '../../domain/service-catalog.ts'
import { ON_CALL_KEY, ON_CALL_SOURCE } from '../view/on-call-evidence.ts'
import type { Answer } from './ask-source.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const TIMEOUT_MS = 5_000

/** Who is on call for the service now. Someone the directory knows by that address is named as it names them. */
export async function onCallEvidence(
  deps: Deps,
  incident: Incident,
  signal: AbortSignal,
): Promise<readonly Answer<NewEvidence | null>[]> {
  const { onCall, directory } = deps
  const service = findService(deps.catalog, incident.service)
  if (onCall === null || service === undefined) return []
  const answer = await askSource(deps, 'the on-call schedule', { timeoutMs: TIMEOUT_MS, signal }, async (deadline) => {
    const people = await onCall.listOnCall(service, deadline)
    const names = people.map((one) => directory.findById(one.email ?? '')?.name ?? factText(one.name, 80))
    return names.length === 0 ? null : toEvidence(incident.id, service.name, names, deps.clock.now())
  })
  return [answer]
}

function toEvidence(incidentId: string, service: string, names: readonly string[], at: Date): NewEvidence {
  return {
    incidentId,
    key: ON_CALL_KEY,
    kind: 'note',
    source: ON_CALL_SOURCE,
    at,
    fact: `On call for ${service}: ${names.join(', ')}`,
    url: null,
    data: { names },
  }
}
