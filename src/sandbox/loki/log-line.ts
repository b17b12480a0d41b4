import type { Labels } from '../prometheus/series-store.ts'

export interface LogLine {
  /** Unix milliseconds. */
  readonly atMs: number
  readonly labels: Labels
  readonly text: string
}

export interface LogWindow {
  /** Included. */
  readonly fromMs: number
  /** Not included, as Loki has it. */
  readonly toMs: number
  readonly isMeant: (labels: Labels) => boolean
}

/** What was written by those meant, in any order. */
export type ReadLog = (window: LogWindow) => readonly LogLine[]
