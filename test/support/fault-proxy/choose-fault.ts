import type { Fault, FaultRule } from './fault.ts'

interface Live {
  readonly rule: FaultRule
  left: number
}

/** The rules of a proxy, asked once for each exchange; equal seeds and equal exchanges give equal faults. */
export class FaultChooser {
  readonly #random: () => number
  readonly #rules: Live[] = []
  readonly #hits = new Map<Fault['kind'], number>()

  constructor(random: () => number) {
    this.#random = random
  }

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY })
  }

  clear(): void {
    this.#rules.length = 0
  }

  hitsOf(kind: Fault['kind']): number {
    return this.#hits.get(kind) ?? 0
  }

  /** `piece` is the first one of an exchange. A later one hits only rules that look at pieces, and only for itself. */
  choose(piece: Buffer, isFirst: boolean): Fault | undefined {
    for (const live of this.#rules) {
      if (live.left <= 0) continue
      const { share = 1, kind, matches } = live.rule
      if (matches === undefined ? !isFirst : !matches(piece)) continue
      if (share < 1 && this.#random() >= share) continue
      live.left -= 1
      this.#hits.set(kind, this.hitsOf(kind) + 1)
      return live.rule
    }
    return undefined
  }

  /** Between 0 and 1, from the same seed. */
  random(): number {
    return this.#random()
  }
}
