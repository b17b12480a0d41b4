/** One measured figure and, where there is one, what it must stay below. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly below?: number
  /** For what must not happen at all. */
  readonly exactly?: number
}

export interface Options {
  /** How long alerts come, in `card`. */
  readonly seconds: number
  /** Alerts a second, in `card`. */
  readonly rate: number
  /** Proposals, in `approve`. */
  readonly proposals: number
  /** Starts, in `start`. */
  readonly starts: number
  /** How long a started service is left alone before its memory is read, in `start`. */
  readonly idleSeconds: number
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  run(options: Options, print: (line: string) => void): Promise<readonly Figure[]>
}

export function isMissed({ value, below, exactly }: Figure): boolean {
  if (Number.isNaN(value)) return true
  return (below !== undefined && !(value < below)) || (exactly !== undefined && value !== exactly)
}
