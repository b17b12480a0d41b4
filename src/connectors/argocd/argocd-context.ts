import type { ArgoCdClient } from './argocd-client.ts'

/** What the Argo CD actions share. */
export interface ArgoCdContext {
  readonly client: ArgoCdClient
  /** The Argo CD project of an app as the catalog knows it. */
  readonly projectOf: (app: string) => string | null
  /** How long to wait before asking again how far an operation is. */
  readonly pollMs: number
}

/** One call may be two requests: the one that counts, and a look at the app when Argo CD refuses it. */
export function callTimeoutOf(argocd: ArgoCdContext): number {
  return argocd.client.timeoutMs * 2
}
