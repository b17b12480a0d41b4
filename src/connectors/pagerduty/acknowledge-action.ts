import { createStatusAction } from './status-action.ts'
import type { ActionModule } from '../action-module.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

/** `pagerduty/acknowledge`. PagerDuty would open a resolved incident again, so that one is left alone. */
export function createAcknowledgeAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  return createStatusAction(client, linked, {
    name: 'pagerduty/acknowledge',
    change: { status: 'acknowledged' },
    did: 'acknowledged',
    isDone: ({ status }) => status === 'acknowledged',
    whyNot: ({ id, status }) =>
      status === 'resolved'
        ? `PagerDuty incident ${id} is resolved, and acknowledging would open it again. Nothing was sent.`
        : null,
  })
}
