import { z } from 'zod'
import { AppName, toAppReference } from './app-name.ts'
import { createResourceAction, nameOf } from './resource-action.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionModule } from '../action-module.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LiveResource } from './schema.ts'

/** The kinds for which Argo CD has a restart of its own. */
const APPS = { group: 'apps', version: 'v1' } as const
const KINDS = {
  Deployment: APPS,
  StatefulSet: APPS,
  DaemonSet: APPS,
  Rollout: { group: 'argoproj.io', version: 'v1alpha1' },
} as const
const Name = z.string().min(1).max(253)
const Arguments = z.strictObject({
  app: AppName,
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'], {
    error: 'expected Deployment, StatefulSet, DaemonSet or Rollout',
  }),
  name: Name,
  namespace: Name,
})

/** `kubectl rollout restart` and Argo CD leave the time here; a second restart would leave another one. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/** `argocd/restart`. The request takes no stamp, so the time of the last restart is on record before it is sent. */
export function createRestartAction(argocd: ArgoCdContext): ActionModule {
  return createResourceAction(argocd, {
    name: 'argocd/restart',
    crashClass: 'queryable',
    read: (args: JsonObject) => {
      const { app, kind, name, namespace } = parseArguments('argocd/restart', Arguments, args)
      const resource = { ...KINDS[kind], kind, name, namespace }
      const done = `${nameOf(resource)} restarts`
      return { app: toAppReference(app, argocd.projectOf), resource, action: 'restart', done }
    },
    stateOf: (live) => ({ restartedAt: restartedAt(live) }),
    markOf: () => ({}),
    whyNot: () => null,
    isDone: (live, before) => restartedAt(live) !== (before?.['restartedAt'] ?? null),
  })
}

function restartedAt({ spec }: LiveResource): string | null {
  return spec?.restartAt ?? spec?.template?.metadata?.annotations?.[RESTARTED_AT] ?? null
}
