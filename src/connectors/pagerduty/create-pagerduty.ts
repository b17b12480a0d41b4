import { checkPagerDuty } from './check-pagerduty.ts'
import { findLinkedIncident, listOnceLinked } from './linked-incident.ts'
import { createAcknowledgeAction } from './acknowledge-action.ts'
import { createEscalateAction } from './escalate-action.ts'
import { createNoteAction } from './note-action.ts'
import { createResolveAction } from './resolve-action.ts'
import { createRespondersAction } from './responders-action.ts'
import { createWorkflowAction } from './workflow-action.ts'
import { createOnCall } from './on-call.ts'
import { createSimilarIncidents } from './similar-incidents.ts'
import { createPreviewer } from './create-previewer.ts'
import { PagerDutyClient } from './pagerduty-client.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { EvidenceSource } from '../../ports/evidence-source.ts'
import type { ActionPreviewer } from '../../ports/action-previewer.ts'
import type { OnCall } from '../../ports/directory.ts'
import type { ActionModule } from '../action-module.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { IncidentTrace } from './linked-incident.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClientOptions } from './pagerduty-client.ts'

export interface PagerDutyOptions extends PagerDutyClientOptions {
  readonly clock: Clock
  /** What leads from one of our incidents to PagerDuty's; null when we do not know the incident. */
  readonly traceOf: (incidentId: string) => Promise<IncidentTrace | null>
}

export interface PagerDuty {
  readonly actions: readonly ActionModule[]
  readonly onCall: OnCall
  readonly previewer: ActionPreviewer
  readonly evidence: EvidenceSource
  findLinkedIncident(trace: IncidentTrace, signal: AbortSignal): Promise<string | null>
  /** `serviceIds` are those of the catalog. */
  checkHealth(serviceIds: readonly string[], signal: AbortSignal): Promise<ConnectorHealth>
}

export function createPagerDuty(options: PagerDutyOptions): PagerDuty {
  const client = new PagerDutyClient(options)
  const linked: LinkedIncidents = {
    find: async (incidentId, signal) => {
      const trace = await options.traceOf(incidentId)
      return trace === null ? null : findLinkedIncident(client, trace, signal)
    },
    listOnceLinked: async (incidentId, signal) => {
      const trace = await options.traceOf(incidentId)
      return trace === null ? null : listOnceLinked(client, trace, signal)
    },
  }
  return {
    actions: [
      createNoteAction(client, linked),
      createAcknowledgeAction(client, linked),
      createResolveAction(client, linked),
      createEscalateAction(client, linked),
      createRespondersAction(client, linked),
      createWorkflowAction(client, linked),
    ],
    onCall: createOnCall(client, options.clock),
    previewer: createPreviewer(client, linked),
    evidence: createSimilarIncidents(client, linked),
    findLinkedIncident: (trace, signal) => findLinkedIncident(client, trace, signal),
    checkHealth: (serviceIds, signal) => checkPagerDuty(client, serviceIds, signal),
  }
}
