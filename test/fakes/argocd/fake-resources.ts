import type { FakeAnswer } from '../vendor-server.ts'

/** A resource in the cluster, as Argo CD's Lua actions change it. */
export interface FakeResource {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  restartedAt: string | null
  abort: boolean
  promoteFull: boolean
  currentPodHash: string
  stableRS: string
  stepIndex: number
  isPaused: boolean
}

export function fakeResource(kind: string, namespace: string, name: string): FakeResource {
  return {
    ...{ kind, namespace, name, restartedAt: null, abort: false, promoteFull: false },
    ...{ currentPodHash: 'new', stableRS: 'old', stepIndex: 1, isPaused: true },
  }
}

export function describeResource(resource: FakeResource): FakeAnswer {
  const isRollout = resource.kind === 'Rollout'
  const annotations = resource.restartedAt === null ? {} : { 'kubectl.kubernetes.io/restartedAt': resource.restartedAt }
  const { abort, promoteFull, currentPodHash, stableRS, stepIndex: currentStepIndex } = resource
  const manifest = {
    apiVersion: isRollout ? 'argoproj.io/v1alpha1' : 'apps/v1',
    kind: resource.kind,
    metadata: { name: resource.name, namespace: resource.namespace },
    spec: { template: { metadata: isRollout ? {} : { annotations } } },
    ...(isRollout
      ? {
          status: {
            ...(abort ? { abort } : {}),
            ...(promoteFull ? { promoteFull } : {}),
            ...{ currentPodHash, stableRS, currentStepIndex },
            ...(resource.isPaused ? { pauseConditions: [{ reason: 'CanaryPauseStep' }] } : {}),
          },
        }
      : {}),
  }
  return { status: 200, body: { manifest: JSON.stringify(manifest) } }
}

/** What Argo CD's own actions do. Ending a pause twice ends two; the others set a field. */
export function act(resource: FakeResource, action: string, now: string): boolean {
  switch (action) {
    case 'restart':
      resource.restartedAt = now
      return true
    case 'abort':
      resource.abort = true
      return true
    case 'promote-full':
      resource.promoteFull = true
      return true
    case 'resume':
      // The next step is a pause again.
      resource.stepIndex += 1
      return true
    default:
      return false
  }
}
