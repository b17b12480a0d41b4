/** New bots of several tenants cannot be made since July 2025. */
export const TEAMS_APP_TYPES = ['SingleTenant', 'UserAssignedMSI'] as const
export type TeamsAppType = (typeof TEAMS_APP_TYPES)[number]

export interface TeamsSettings {
  /** null only with `isInsecureLocal`. */
  readonly appId: string | null
  /** null with a managed identity, and without an app id. */
  readonly appPassword: string | null
  /** Whose accounts are taken, and no others; null only with `isInsecureLocal`. */
  readonly tenantId: string | null
  readonly appType: TeamsAppType
  /** Requests from this machine need no token, and answers go to this machine: for the Agents Playground alone. */
  readonly isInsecureLocal: boolean
}
