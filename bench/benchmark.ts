/** One measured figure and, where there is one, what it must stay below or reach. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly below?: number
  readonly atLeast?: number
  /** For what must not happen at all. */
  readonly exactly?: number
}

export interface Options {
  /** How long alerts come, in `card`; how long each number of writers is measured, in `audit`. */
  readonly seconds: number
  /** Alerts a second, in `card`. */
  readonly rate: number
  /** Proposals, in `approve`. */
  readonly proposals: number
  /** Starts, in `start`. */
  readonly starts: number
  /** How long a started service is left alone before its memory is read, in `start`. */
  readonly idleSeconds: number
  /** Processes that write and number, in `audit`; that carry out, in `execute`. */
  readonly replicas: number
  /** Approved steps, in `execute`. */
  readonly steps: number
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  run(options: Options, print: (line: string) => void): Promise<readonly Figure[]>
}

export function isMissed({ value, below, atLeast, exactly }: Figure): boolean {
  if (Number.isNaN(value)) return true
  if (atLeast !== undefined && value < atLeast) return true
  return (below !== undefined && !(value < below)) || (exactly !== undefined && value !== exactly)
}
