import type { SlackApi } from '../outgoing/slack-api.ts'

/** One place where the app is installed: a workspace, or an organisation for all of its workspaces. */
export interface SlackHome {
  /** `T…` of the workspace, `E…` of the organisation. */
  readonly id: string
  readonly isOrganisation: boolean
  /** Speaks with this installation's own token. */
  readonly api: SlackApi
}

/** Where a request says that it comes from. */
export interface HomeQuery {
  readonly team: string | null
  readonly enterprise: string | null
  readonly isOrganisation: boolean
}

export interface SlackHomes {
  /** All there are. Throws the vendor errors when Slack has to be asked for it and does not answer. */
  list(): Promise<readonly SlackHome[]>
  /** The one that a request belongs to; undefined when the app is not installed there. */
  find(query: HomeQuery): Promise<Pick<SlackHome, 'api'> | undefined>
}
