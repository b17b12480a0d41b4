import type { Freeze } from '../domain/freeze.ts'

export interface FreezeStore {
  add(freeze: {
    readonly service: string | null
    readonly reason: string
    readonly createdBy: string
    readonly forMs: number
  }): Promise<Freeze>
  /** Lifts all that hold on this service (or on everything when null); what was lifted. */
  lift(service: string | null, by: string): Promise<readonly Freeze[]>
  /** The one that holds now by database time, the wider first. */
  findActive(services: readonly string[]): Promise<Freeze | undefined>
  /** Those that hold now; with `since`, also those that held at some time since then, `until` being when they ended. */
  listActive(since?: Date): Promise<readonly Freeze[]>
  /** Database time, which recurring freezes are judged by. */
  now(): Promise<Date>
}
