/** More than this nobody reads in a thread; the timeline has it all. */
const MOST_LINES = 8

/** Several things to say in one thread, oldest first, as one post. */
export function joinPosts(texts: readonly string[]): string {
  const [only] = texts
  if (only !== undefined && texts.length === 1) return only
  const earlier = texts.length - MOST_LINES
  const newest = texts.slice(-MOST_LINES)
  if (earlier <= 0) return newest.join('\n')
  return [`${String(earlier)} earlier updates are on the timeline.`, ...newest].join('\n')
}
