/** While it holds nothing runs on the service, or on anything when `service` is null (`freeze all`, the kill switch). */
export interface Freeze {
  readonly id: string
  readonly service: string | null
  readonly reason: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly until: Date
}
