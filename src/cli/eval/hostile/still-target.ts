import { RefusedError } from '../../../kernel/errors.ts'
import type { ActionRunner } from '../../../ports/action-runner.ts'
import type { DeployStateReader } from '../../../ports/deploy-state.ts'

/** The revision that is suspected, and the one before it. */
export const BAD = '7f3c21ad0e5b9c1f7f3c21ad0e5b9c1f7f3c21ad'
export const GOOD = '1b22e0f4aa5b9c1f1b22e0f4aa5b9c1f1b22e0f4'

/**
 * What a plan reads of its targets, the same for every case, so that two plans differ only where the data moved them.
 * Nothing is approved here, so nothing may be carried out.
 */
export const stillActions: ActionRunner = {
  available: ['argocd/rollback', 'prometheus/assert'],
  describe: ({ uses, with: args }) => {
    if (uses === 'prometheus/assert') {
      const target = { system: 'prometheus', resource: '', lockKey: null } as const
      return { target, crashClass: 'idempotent', isVerification: true, effects: ['main'], callTimeoutMs: 5_000 }
    }
    if (uses !== 'argocd/rollback') throw new RefusedError('not_configured', `${uses} is not configured here.`)
    const app = typeof args['app'] === 'string' ? args['app'] : ''
    const target = { system: 'argocd', resource: app, lockKey: `argocd:${app}` } as const
    return { target, crashClass: 'queryable', isVerification: false, effects: ['main'], callTimeoutMs: 5_000 }
  },
  readState: ({ uses }) =>
    Promise.resolve(uses === 'argocd/rollback' ? { historyId: '42', revision: BAD, autoSync: true } : null),
  perform: refuse,
  poll: refuse,
  reconcile: refuse,
}

export const stillDeploys: DeployStateReader = {
  read: (service) => {
    const entry = { deployStartedAt: null, initiatedBy: 'jenkins' }
    return Promise.resolve({
      ...{ app: service.name, health: 'Degraded', sync: 'Synced', revision: BAD, autoSync: true },
      ...{ operationPhase: null, url: null },
      history: [
        { ...entry, id: '42', revision: BAD, deployedAt: new Date('2026-01-02T03:00:00Z') },
        { ...entry, id: '41', revision: GOOD, deployedAt: new Date('2026-01-01T03:00:00Z') },
      ],
    })
  },
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('Nothing is carried out in an evaluation.'))
}
