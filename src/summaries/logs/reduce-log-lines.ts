/** A kind of line: what is the same in all of them, with `<*>` where they differ. */
export interface LogTemplate {
  readonly template: string
  readonly count: number
  /** The newest line of it, as it was. */
  readonly example: string
}

const ANY = '<*>'
const LONGEST_LINE = 1_000
const MOST_TOKENS = 60
/** How alike two lines are, and how many first words lead to a group: as He et al., Drain (ICWS 2017), table 2. */
const SIMILARITY = 0.5
const DEPTH = 2
/** A store of lines that are all different is told by its first kinds. */
const MOST_GROUPS = 500

interface Group {
  tokens: string[]
  count: number
  readonly example: string
}

/**
 * The fixed-depth tree of Drain (He, Zhu, Zheng, Lyu: An online log parsing approach with fixed depth tree, ICWS 2017):
 * lines of one length and the same first words are compared token by token, and join the most alike template. What
 * varies by its nature (numbers, ids, addresses, times) is masked before. The most frequent first; for equal counts the
 * order of the lines, which come newest first, decides.
 */
export function reduceLogLines(lines: readonly string[]): readonly LogTemplate[] {
  const leaves = new Map<string, Group[]>()
  const groups: Group[] = []
  for (const line of lines) {
    const tokens = tokensOf(line)
    if (tokens.length === 0) continue
    const key = JSON.stringify([tokens.length, ...tokens.slice(0, DEPTH)])
    const leaf = leaves.get(key) ?? []
    const group = mostAlike(leaf, tokens)
    if (group !== undefined) {
      group.count += 1
      group.tokens = group.tokens.map((token, index) => (token === tokens[index] ? token : ANY))
    } else if (groups.length < MOST_GROUPS) {
      const started = { tokens, count: 1, example: line.slice(0, LONGEST_LINE) }
      groups.push(started)
      leaves.set(key, [...leaf, started])
    }
  }
  return groups
    .toSorted((left, right) => right.count - left.count)
    .map(({ tokens, count, example }) => ({ template: tokens.join(' '), count, example }))
}

function mostAlike(groups: readonly Group[], tokens: readonly string[]): Group | undefined {
  const scored = groups.map((group) => ({ group, score: likeness(group.tokens, tokens) }))
  const [best] = scored.toSorted((left, right) => right.score - left.score)
  return best !== undefined && best.score >= SIMILARITY ? best.group : undefined
}

function likeness(left: readonly string[], right: readonly string[]): number {
  return left.filter((token, index) => token === right[index]).length / left.length
}

const VARYING: readonly RegExp[] = [
  /\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g,
  /\b0x[0-9a-f]{1,40}\b/gi,
]

/** Each pattern is of bounded length, and so is the line: nothing in it can make them slow. */
function tokensOf(line: string): string[] {
  const masked = VARYING.reduce((text, pattern) => text.replace(pattern, ANY), line.slice(0, LONGEST_LINE))
  const tokens = masked.trim().split(/\s+/).slice(0, MOST_TOKENS)
  return tokens.filter((token) => token !== '').map((token) => (/\d/.test(token) ? maskNumbers(token) : token))
}

/** `attempt=3` keeps its name; an id that mixes letters and digits is one thing that varies. */
function maskNumbers(token: string): string {
  if (/^[^=:]{1,40}[=:]./.test(token)) return token.replace(/([=:]).*$/s, `$1${ANY}`)
  return /^[\d.,%+-]+[a-z]{0,3}[.,;:)\]]?$/i.test(token) || /^[0-9a-z_-]{8,}$/i.test(token)
    ? ANY
    : token.replace(/\d+/g, ANY)
}
