export interface StatementNames {
  /** The name of a statement that was seen before; undefined the first time, and for what must stay nameless. */
  nameOf(text: string): string | undefined
  /** It failed as a prepared statement: from now on it has no name. */
  forget(text: string): void
}

/** Texts that hold one group of placeholders a row vary without end: beyond this many, new ones stay nameless. */
const MOST = 400
const NAMELESS = ''

/**
 * Gives a statement that comes again a name, under which each connection parses and plans it once: planning takes
 * Postgres longer than running most of our statements. It gets it when it is seen for the second time, so that what runs
 * once leaves nothing behind on a connection.
 */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>()
  return {
    nameOf: (text) => {
      const known = names.get(text)
      if (known !== undefined) return known === NAMELESS ? undefined : known
      if (names.size < MOST) names.set(text, `countersign_${String(names.size)}`)
      return undefined
    },
    forget: (text) => {
      names.set(text, NAMELESS)
    },
  }
}
