export interface Reporter {
  /** One line of what happens, with the seconds since the start. */
  say(text: string): void
  /** A block of text as it is. */
  show(lines: readonly string[]): void
}

export function createReporter(print: (line: string) => void): Reporter {
  const startedAtMs = performance.now()
  return {
    say: (text) => {
      const seconds = (performance.now() - startedAtMs) / 1000
      print(`${seconds.toFixed(1).padStart(6)} s  ${text}`)
    },
    show: (lines) => {
      print(lines.join('\n'))
    },
  }
}
