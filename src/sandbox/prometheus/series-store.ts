export type Labels = Readonly<Record<string, string>>

export interface Series {
  readonly labels: Labels
  /** Unix seconds, rising. */
  readonly times: number[]
  readonly values: number[]
}

/** What was scraped: samples in order of time, kept for as long as the sandbox looks back. */
export class SeriesStore {
  readonly #byName = new Map<string, Map<string, Series>>()
  readonly #keepSeconds: number

  constructor(keepSeconds: number) {
    this.#keepSeconds = keepSeconds
  }

  /** The series of this name and these labels, made when it is not there yet. */
  open(name: string, labels: Labels): Series {
    const group = this.#byName.get(name) ?? new Map<string, Series>()
    this.#byName.set(name, group)
    const key = JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))
    const series = group.get(key) ?? { labels: { __name__: name, ...labels }, times: [], values: [] }
    group.set(key, series)
    return series
  }

  append(series: Series, atSeconds: number, value: number): void {
    series.times.push(atSeconds)
    series.values.push(value)
    this.#forget(series, atSeconds)
  }

  /** Every series of the name, or of all names when none is given. */
  list(name: string | undefined): readonly Series[] {
    if (name !== undefined) return [...(this.#byName.get(name)?.values() ?? [])]
    return [...this.#byName.values()].flatMap((group) => [...group.values()])
  }

  names(): readonly string[] {
    return [...this.#byName.keys()].sort()
  }

  /** In steps, since taking one from the front of an array moves all the others. */
  #forget(series: Series, nowSeconds: number): void {
    const oldest = series.times[0] ?? nowSeconds
    if (nowSeconds - oldest < this.#keepSeconds * 1.25) return
    const count = firstAfter(series.times, nowSeconds - this.#keepSeconds)
    series.times.splice(0, count)
    series.values.splice(0, count)
  }
}

/** Index of the first time that is later than `at`. */
export function firstAfter(times: readonly number[], at: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}
