import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { FAKE_TOKEN, FakeArgoCd } from '../../fakes/argocd/fake-argocd.ts'
import type { ArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import type { TargetState } from '../../../src/domain/action.ts'
import type { Service } from '../../../src/domain/service-catalog.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { FakeApp } from '../../fakes/argocd/describe-application.ts'

export interface ArgoCdWorld {
  readonly fake: FakeArgoCd
  readonly argocd: ArgoCd
  readonly runner: ActionRunner
  readonly app: FakeApp
  readonly signal: AbortSignal
  /** State of the app as the rollback to this entry would compare it. */
  readState(args: JsonObject): Promise<TargetState | null>
}

export const ROLLBACK = 'argocd/rollback'

/** An Argo CD with one app, `checkout`, whose newest deploy is history entry 41, `rev-b`. */
export async function openArgoCdWorld(options: { readonly autoSync?: boolean } = {}): Promise<ArgoCdWorld> {
  const fake = await FakeArgoCd.start()
  const app = fake.addApp('checkout', ['rev-a', 'rev-b'], options)
  const argocd = createArgoCd({
    url: new URL(fake.server.url),
    token: FAKE_TOKEN,
    projectOf: (name) => (name === 'nowhere' ? null : 'payments'),
    timeoutMs: 2_000,
  })
  const runner = createActionRunner(argocd.actions)
  const { signal } = new AbortController()
  return {
    fake,
    argocd,
    runner,
    app,
    signal,
    readState: (args) => runner.readState({ uses: ROLLBACK, with: args }, signal),
  }
}

export function checkoutService(changes: Partial<Service> = {}): Service {
  return {
    name: 'checkout',
    owner: 'team-payments',
    dependsOn: [],
    system: null,
    criticality: 2,
    argocd: { app: 'checkout', project: 'payments' },
    lambda: null,
    pagerdutyServiceId: null,
    repository: null,
    mode: null,
    links: [],
    ...changes,
  }
}
