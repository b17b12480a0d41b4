import { DeploymentEvent, DeploymentStatusEvent, PushEvent } from './schema.ts'
import { deploymentToChanges } from './translate-deployment.ts'
import { githubSignature } from './verify-signature.ts'
import { parseJson } from '../../../kernel/parse-json.ts'
import { pushToChanges } from './translate-push.ts'
import { readJson } from '../read-json.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpRequest } from '../../http/route.ts'
import type { IncomingChange } from '../../../domain/change-event.ts'
import type { ServiceCatalog } from '../../../domain/service-catalog.ts'
import type { WebhookReading, WebhookSource } from '../webhook-source.ts'

/** GitHub does not send again by itself: what is lost here is found by the other sources of the same deploy. */
export function githubSource(secrets: readonly string[], catalog: ServiceCatalog, clock: Clock): WebhookSource {
  return {
    name: 'github',
    path: '/webhooks/github',
    authentication: githubSignature(secrets),
    read: (request) => translate(request, catalog, clock.now()),
    keyPrefix: (request) => `${eventOf(request)} `,
  }
}

/** The event's name is a header and so not signed: a body that does not fit it is refused by its schema. */
function eventOf(request: HttpRequest): string {
  return (request.header('x-github-event') ?? '').slice(0, 50)
}

function translate(request: HttpRequest, catalog: ServiceCatalog, receivedAt: Date): WebhookReading {
  switch (eventOf(request)) {
    case 'push':
      return reading(pushToChanges(readJson(request.body, PushEvent), catalog, receivedAt))
    case 'deployment':
      return reading(deploymentToChanges(readJson(request.body, DeploymentEvent), catalog))
    case 'deployment_status':
      return reading(deploymentToChanges(readJson(request.body, DeploymentStatusEvent), catalog))
    default:
      // `ping`, and events that somebody switched on without need: readable JSON, nothing to keep.
      parseJson(request.body)
      return reading([])
  }
}

function reading(changes: readonly IncomingChange[] | undefined): WebhookReading {
  if (changes !== undefined) return { kind: 'changes', changes, rejected: [] }
  const reason = 'several services share this repository; name one in deployment.payload.service'
  return { kind: 'changes', changes: [], rejected: [{ index: 0, field: 'deployment.payload', reason }] }
}
