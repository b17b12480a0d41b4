import { createActionRunner } from '../connectors/action-runner.ts'
import { createApprovalAction } from '../connectors/people/approval-action.ts'
import { createAddressGuard } from '../connectors/http-check/address-guard.ts'
import { createChatPostAction } from '../connectors/chat/post-action.ts'
import { createHttpCheckAction } from '../connectors/http-check/check-action.ts'
import { createWaitAction } from '../connectors/clock/wait-action.ts'
import { prometheusActions } from '../connectors/prometheus/prometheus-actions.ts'
import { createPreviewer } from '../connectors/prometheus/create-previewer.ts'
import { buildVendors } from './build-vendors.ts'
import { traceToPagerDuty } from './trace-to-pagerduty.ts'
import type { Vendors } from './build-vendors.ts'
import type { ActionModule } from '../connectors/action-module.ts'
import type { ActionPreviewer } from '../ports/action-previewer.ts'
import type { ActionRunner } from '../ports/action-runner.ts'
import type { ChangeSource } from '../ports/change-source.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commits } from '../ports/commits.ts'
import type { EvidenceSource } from '../ports/evidence-source.ts'
import type { Logs } from '../ports/logs.ts'
import type { DeployStateReader } from '../ports/deploy-state.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { OnCall } from '../ports/directory.ts'
import type { Stores } from '../ports/stores.ts'
import type { Telemetry } from '../ports/telemetry.ts'

export interface ConnectorNeeds {
  readonly config: Config
  readonly stores: Stores
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface Connectors {
  readonly actions: ActionRunner
  readonly metrics: Metrics | null
  readonly deployState: DeployStateReader | null
  readonly evidenceSources: readonly EvidenceSource[]
  readonly commits: Commits | null
  readonly logs: Logs | null
  readonly changeSources: readonly ChangeSource[]
  readonly onCall: OnCall | null
  readonly previewers: readonly ActionPreviewer[]
}

/** Builds what the environment configures; an action of a system that is not configured is refused by name. */
export function buildConnectors(needs: ConnectorNeeds): Connectors {
  const { config, stores, clock, telemetry } = needs
  const traceOf = (incidentId: string) => traceToPagerDuty(stores, config.catalog, incidentId)
  const built = buildVendors({ config, clock, telemetry, traceOf })
  const { argocd, pagerduty, metrics } = built
  return {
    actions: createActionRunner(listActions(needs, built)),
    metrics,
    deployState: argocd?.deployState ?? null,
    evidenceSources: [argocd, pagerduty].flatMap((vendor) => vendor?.evidence ?? []),
    commits: built.commits,
    logs: built.logs,
    changeSources: argocd === undefined ? [] : [argocd.changes],
    onCall: pagerduty?.onCall ?? null,
    previewers: listPreviewers(built),
  }
}

function listPreviewers({ argocd, lambda, pagerduty, metrics }: Vendors): readonly ActionPreviewer[] {
  const vendors = [argocd, lambda, pagerduty].flatMap((vendor) => vendor?.previewer ?? [])
  return metrics === null ? vendors : [...vendors, createPreviewer(metrics)]
}

function listActions({ config, clock, stores }: ConnectorNeeds, built: Vendors): readonly ActionModule[] {
  return [
    ...(built.argocd?.actions ?? []),
    ...(built.lambda?.actions ?? []),
    ...(built.pagerduty?.actions ?? []),
    ...(built.metrics === null ? [] : prometheusActions(built.metrics, clock)),
    createHttpCheckAction(createAddressGuard(config.settings.http.hosts), clock),
    createWaitAction(clock),
    createApprovalAction(),
    createChatPostAction(async (incidentId, text, key) => {
      await stores.outbox.append([{ kind: 'post', incidentId, text, key, priority: 'status' }])
    }),
  ]
}
