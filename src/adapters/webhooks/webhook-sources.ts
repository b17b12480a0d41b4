import { alertmanagerSource } from './alertmanager/alertmanager-source.ts'
import { argocdSource } from './argocd/argocd-source.ts'
import { changesSource } from './changes/changes-source.ts'
import { githubSource } from './github/github-source.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'
import type { WebhookSource } from './webhook-source.ts'

export interface WebhookSecrets {
  /** `COUNTERSIGN_WEBHOOK_TOKEN`: several while one is being replaced. */
  readonly tokens: readonly string[]
  /** `GITHUB_WEBHOOK_SECRET`: several while one is being replaced. */
  readonly githubSecrets: readonly string[]
}

/** Every source this installation listens to; one without a secret refuses everything. */
export function webhookSources(
  secrets: WebhookSecrets,
  catalog: ServiceCatalog,
  clock: Clock = systemClock,
): readonly WebhookSource[] {
  return [
    alertmanagerSource(secrets.tokens),
    argocdSource(secrets.tokens, catalog),
    changesSource(secrets.tokens),
    githubSource(secrets.githubSecrets, catalog, clock),
  ]
}
