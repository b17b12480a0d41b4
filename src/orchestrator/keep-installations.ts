import { sourceActor } from '../domain/actor.ts'
import type { Deps } from './dependencies.ts'
import type { SealedInstallation } from '../ports/installation-store.ts'
import type { Stores } from '../ports/stores.ts'

type Change = 'installed' | 'replaced' | 'resealed' | 'removed'

interface ChangedCredential {
  readonly id: string
  readonly change: Change
  /** Who did it, as the platform says; or why it was done. */
  readonly by: string | null
  readonly keyId: string | null
}

/** What an adapter is given to keep its installations; each change is on the audit log (PCI DSS 10.2.1.5). */
export interface Installations {
  list(): Promise<readonly SealedInstallation[]>
  save(installation: SealedInstallation): Promise<void>
  reseal(installation: Pick<SealedInstallation, 'id' | 'sealed' | 'keyId'>, oldKeyId: string): Promise<void>
  /** `reason` is a fixed word, such as the name of the event. */
  remove(id: string, reason: string): Promise<void>
}

/** A token that comes, goes or changes its key commits together with the record of it. Nothing here can open one. */
export function keepInstallations(deps: Deps): Installations {
  return {
    list: () => deps.stores.installations.list(),
    save: (installation) =>
      deps.unitOfWork.run(async (stores) => {
        const change = await stores.installations.save(installation)
        const { id, keyId, installedBy: by } = installation
        await record(deps, stores, { id, change, by, keyId })
      }),
    reseal: (installation, oldKeyId) =>
      deps.unitOfWork.run(async (stores) => {
        if (!(await stores.installations.reseal(installation, oldKeyId))) return
        await record(deps, stores, { ...installation, change: 'resealed', by: 'key rotation' })
      }),
    remove: (id, reason) =>
      deps.unitOfWork.run(async (stores) => {
        if (!(await stores.installations.remove(id))) return
        await record(deps, stores, { id, change: 'removed', by: reason, keyId: null })
      }),
  }
}

async function record(deps: Deps, stores: Stores, { id, change, by, keyId }: ChangedCredential): Promise<void> {
  await stores.audit.append([
    deps.seal({
      event: 'credential.changed',
      actor: sourceActor('slack'),
      origin: 'slack',
      outcome: 'success',
      target: { system: 'slack', resource: `installation:${id}`, environment: null },
      details: { credential: 'bot token', change, by, keyId },
    }),
  ])
}
