/** Named leases by database time: one deliverer per surface, one clock tick, one sequencer helper. */
export interface LeaseStore {
  /** True when this owner holds it now, taken or renewed. */
  hold(name: string, owner: string, forMs: number): Promise<boolean>
  release(name: string, owner: string): Promise<void>
}
