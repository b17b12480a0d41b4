import type { ArgoCdClient } from './argocd-client.ts'

/** What the Argo CD actions share. */
export interface ArgoCdContext {
  readonly client: ArgoCdClient
  /** The Argo CD project of an app as the catalog knows it. */
  readonly projectOf: (app: string) => string | null
  /** How long to wait before asking again how far an operation is. */
  readonly pollMs: number
}
