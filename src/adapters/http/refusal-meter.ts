export interface CountedRefusal {
  readonly source: string
  readonly reason: string
  readonly count: number
  /** Where the first of them came from. */
  readonly sourceIp: string | undefined
}

export interface RefusalMeter {
  add(source: string, reason: string, sourceIp: string | undefined): void
  /** Resolves when all that was counted is written. */
  flush(): Promise<void>
}

const FLUSH_MS = 1_000

/**
 * A flood of forged requests must not become a flood of writes: the first refusal of its kind is written at once, the
 * others of that second together. What a crash loses is a part of a count, never the fact.
 */
export function createRefusalMeter(
  write: (refusal: CountedRefusal) => Promise<void>,
  onFailure: (error: unknown) => void,
): RefusalMeter {
  const pending = new Map<string, CountedRefusal>()
  const quietUntil = new Map<string, NodeJS.Timeout>()
  let writing: Promise<void> = Promise.resolve()

  const writeNow = (refusal: CountedRefusal) => {
    writing = writing.then(() => write(refusal)).catch(onFailure)
  }
  const flushKey = (key: string) => {
    const refusal = pending.get(key)
    pending.delete(key)
    if (refusal === undefined) quietUntil.delete(key)
    else {
      writeNow(refusal)
      quietUntil.set(key, later(key))
    }
  }
  const later = (key: string) => setTimeout(() => flushKey(key), FLUSH_MS).unref()

  return {
    add(source, reason, sourceIp) {
      const key = `${source} ${reason}`
      if (quietUntil.has(key)) {
        const before = pending.get(key) ?? { source, reason, count: 0, sourceIp }
        pending.set(key, { ...before, count: before.count + 1 })
        return
      }
      quietUntil.set(key, later(key))
      writeNow({ source, reason, count: 1, sourceIp })
    },
    async flush() {
      for (const timer of quietUntil.values()) clearTimeout(timer)
      quietUntil.clear()
      for (const refusal of pending.values()) writeNow(refusal)
      pending.clear()
      await writing
    },
  }
}
