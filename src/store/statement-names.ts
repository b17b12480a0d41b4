/** Gives a statement that comes again a name, under which each connection parses and plans it once. */
export type StatementNames = (text: string) => string | undefined

/** Texts that hold one group of placeholders a row vary without end: beyond this many, new ones stay nameless. */
const MOST = 400
/** Its columns would be fixed while it is prepared, and adding one in a rolling upgrade would then fail it for good. */
const ALL_COLUMNS = /\b(?:select|returning)\s+\*|\.\*/i

/**
 * Planning takes Postgres longer than running most of our statements. A statement gets its name when it is seen for the
 * second time, so that what runs once leaves nothing behind on the connection.
 */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>()
  return (text) => {
    const known = names.get(text)
    if (known !== undefined) return known
    if (names.size < MOST && !ALL_COLUMNS.test(text)) names.set(text, `countersign_${String(names.size)}`)
    return undefined
  }
}
