import { z } from 'zod'
import { parseArguments } from '../shared/parse-arguments.ts'
import { IncidentId, authorOf, incidentOfStep, targetOf } from './incident-of-step.ts'
import type { ActionModule } from '../action-module.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

const Arguments = z.strictObject({ incident: IncidentId.optional(), workflow: z.string().min(1).max(64) })

/**
 * `pagerduty/workflow`: starts an Incident Workflow. PagerDuty shows no started workflow to whoever asks, and promises
 * nothing about starting one twice: after a lost answer a person decides.
 */
export function createWorkflowAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  const read = (args: JsonObject) => parseArguments('pagerduty/workflow', Arguments, args)
  return {
    name: 'pagerduty/workflow',
    describe: (args) => ({
      target: targetOf(read(args).incident),
      crashClass: 'opaque',
      isVerification: false,
      effects: ['main'],
      callTimeoutMs: client.timeoutMs * 2,
    }),
    readState: async (args) => {
      read(args)
      return null
    },
    perform: async (args, _before, context) => {
      const { incident, workflow } = read(args)
      const id = await incidentOfStep(linked, incident, context)
      const call = { from: authorOf(client, context), signal: context.signal }
      const instance = await client.startWorkflow(workflow, id, context.idempotencyKey, call)
      const detail = `PagerDuty has started the workflow ${workflow} on incident ${id}.`
      return { outcome: 'done', detail, output: { incident: id, workflow, instance }, after: null }
    },
    poll: async () => ({ outcome: 'unknown', detail: 'PagerDuty does not show how far a workflow is.' }),
    reconcile: async () => ({
      found: 'unknown',
      detail: 'PagerDuty does not show started workflows. Look at the incident there, then settle the step.',
    }),
  }
}
