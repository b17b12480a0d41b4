/**
 * One place where a chat app is installed, with its token sealed. Only sealed bytes come this far: sealing and opening
 * are the adapter's, which has the key.
 */
export interface SealedInstallation {
  /** `T…` of a workspace, `E…` of an organisation for all of its workspaces. */
  readonly id: string
  readonly isOrganisation: boolean
  readonly name: string | null
  readonly appId: string | null
  readonly botUserId: string | null
  readonly sealed: Uint8Array
  /** Which key sealed it, never the key. */
  readonly keyId: string
  /** The account that installed it. */
  readonly installedBy: string | null
}

export interface InstallationStore {
  /** One row an id: installing again replaces the token. */
  save(installation: SealedInstallation): Promise<'installed' | 'replaced'>
  list(): Promise<readonly SealedInstallation[]>
  /** The same token under another key; false when it was installed anew or removed meanwhile. */
  reseal(installation: Pick<SealedInstallation, 'id' | 'sealed' | 'keyId'>, oldKeyId: string): Promise<boolean>
  /** False when it was not there. */
  remove(id: string): Promise<boolean>
}
