export interface MetricSeries {
  readonly labels: Readonly<Record<string, string>>
  /** [unix seconds, value], ascending. */
  readonly points: readonly (readonly [number, number])[]
}

/** Prometheus, as the inside sees it. Throws the vendor errors of kernel/vendor-errors.ts. */
export interface Metrics {
  queryRange(
    query: string,
    from: Date,
    to: Date,
    stepSeconds: number,
    signal: AbortSignal,
  ): Promise<readonly MetricSeries[]>
  /** The newest value of each series. */
  queryInstant(query: string, signal: AbortSignal): Promise<readonly MetricSeries[]>
}
