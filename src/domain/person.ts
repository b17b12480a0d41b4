import type { SurfaceName } from './surface.ts'

export const ROLES = ['responder', 'approver', 'commander', 'auditor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Someone the directory knows. `id` is the subject at the identity provider and the only thing decisions count. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly slack: { readonly team: string; readonly user: string } | null
  readonly teams: { readonly tenant: string; readonly user: string } | null
  /** Matches `owner` in the catalog. */
  readonly groups: readonly string[]
  readonly roles: readonly Role[]
}

/** A chat account as the platform vouches for it; becomes a person only through the directory. */
export interface Account {
  readonly surface: SurfaceName
  /** Slack team id, Teams tenant id, or `console`. */
  readonly tenant: string
  /** Slack user id, Teams aadObjectId, or the console's person id. */
  readonly user: string
  /** Shown, never used to decide. */
  readonly displayName: string
}
