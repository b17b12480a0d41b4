/** While it holds nothing runs on the service, or on anything when `service` is null (`freeze all`, the kill switch). */
export interface Freeze {
  readonly id: string
  readonly service: string | null
  readonly reason: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly until: Date
}

/** Of the freezes that hold now, the one that holds on one of these services; the wider first. */
export function findFreezeOn<Held extends Pick<Freeze, 'service'>>(
  freezes: readonly Held[],
  services: readonly (string | null)[],
): Held | undefined {
  return (
    freezes.find((freeze) => freeze.service === null) ??
    freezes.find((freeze) => freeze.service !== null && services.includes(freeze.service))
  )
}
