import { createStatusAction } from './status-action.ts'
import type { ActionModule } from '../action-module.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

/** `pagerduty/resolve`: ends the incident in PagerDuty, whatever state it is in. */
export function createResolveAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  return createStatusAction(client, linked, {
    name: 'pagerduty/resolve',
    change: { status: 'resolved' },
    did: 'resolved',
    isDone: ({ status }) => status === 'resolved',
    whyNot: () => null,
  })
}
