import type { AuthorizationRequest, AuthorizationVerdict } from '../domain/authorization.ts'
import type { Playbook } from '../domain/playbook.ts'

/**
 * The policies and playbooks that decide now, all of one version. Read anew at every use: another version may come into
 * force while the process runs.
 */
export interface ConfigurationInForce {
  /** null while nothing is kept in the database, as in tests of other things. */
  readonly digest: string | null
  readonly policyVersion: string
  readonly playbooks: readonly Playbook[]
  readonly authorize: (request: AuthorizationRequest) => AuthorizationVerdict
  /**
   * Takes what the database says is in force now. Throws where this build cannot read it: what went before
   * stays, and whoever asked does nothing on it.
   */
  catchUp(): Promise<void>
}
