/*
 * What a sentence claims, taken apart by the characters alone: no grammar, no language model, and so nothing that can
 * be talked into anything.
 */

const TOKEN = /[\p{L}\p{N}][\p{L}\p{N}\p{M}._:/+-]*/gu
const NUMBER = /\p{N}[\p{N}.,:]*/gu
const QUOTED = /["“”„«»]([^"“”„«»]{1,300})["“”„«»]|(?<![\p{L}\p{N}])['‘]([^'‘’]{2,300})['’](?![\p{L}\p{N}])/gu

const NUMBER_WORDS = new Set(
  `zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
   nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions
   billion dozen dozens half third quarter twice thrice double doubled triple tripled both couple`.split(/\s+/),
)

/** Words that may open a sentence with a capital without being a name. */
const OPENERS = new Set(
  `the a an it its this that these those there no not all some many most every each any since after before while when
   as at on in over under with without within during from for by now still only also and but so because until about
   error errors latency request requests response responses traffic alert alerts service services users customers
   failing failures deploy deployment rollout change changes cause causes nothing none other one more fewer
   current currently recent recently likely possibly probably started starting it's is are was were has have had
   last first new old`.split(/\s+/),
)

const STOP_WORDS = new Set(
  `about after again also another around because been before being below between could does during each every from
   have having however into likely more most much only other over possibly probably same several shortly should since
   some still than that their them then there these they this those though through under until very well were what
   when where which while will with within without would currently began begin begins beginning started start starts
   shows show showing seen appears appear coincides follows following happened caused cause causes causing affected
   affects affecting impact impacts related roughly`.split(/\s+/),
)

/** Words that turn a sentence into another claim: they must be quoted, not chosen. */
const TURNING_WORDS = new Set(
  `no not never none nobody nothing neither nor cannot without except instead
   resolved recovered recovering fixed mitigated healthy unhealthy degraded stable safe harmless unrelated innocent
   outage breach attack attacked compromised malicious leaked lost deleted corrupted down offline
   rollback rolled revert reverted restart restarted disable disabled`.split(/\s+/),
)

const SHORTEST_CONTENT_WORD = 4

export function tokensIn(text: string): readonly string[] {
  return (text.normalize('NFKC').match(TOKEN) ?? []).map(trimPunctuation).filter((token) => token !== '')
}

/** Numbers as written, without the punctuation around them; a time is one number. */
export function numbersIn(text: string): readonly string[] {
  return (text.normalize('NFKC').match(NUMBER) ?? []).map(trimPunctuation)
}

export function numberWordsIn(text: string): readonly string[] {
  return tokensIn(text)
    .flatMap((token) => token.toLowerCase().split('-'))
    .filter((word) => NUMBER_WORDS.has(word))
}

/** Words on which the truth of the sentence turns: a denial, a state, an all-clear. */
export function turningWordsIn(text: string): readonly string[] {
  return tokensIn(text.replaceAll(/n['’]t\b/g, ' not'))
    .flatMap((token) => token.toLowerCase().split('-'))
    .filter((word) => TURNING_WORDS.has(word))
}

/** What stands in quotation marks and so is said to be verbatim. */
export function quotedSpansIn(text: string): readonly string[] {
  return [...text.matchAll(QUOTED)].map((match) => match[1] ?? match[2] ?? '').filter((span) => span !== '')
}

/** Words that name something: with digits, inner capitals or punctuation, or a capital where no sentence begins. */
export function nameLikeTokensIn(text: string): readonly string[] {
  return tokensIn(text).filter((token, index) => isNameLike(token, index === 0))
}

function isNameLike(token: string, isFirst: boolean): boolean {
  if (/\p{N}/u.test(token)) return /\p{L}/u.test(token)
  if (/[._:/+]/.test(token)) return true
  const isCapital = /^\p{Lu}/u.test(token)
  if (/\p{Lu}/u.test(token.slice(1))) return true
  if (token.includes('-')) return token.split('-').some((part) => part.length > 3 && !STOP_WORDS.has(part))
  return isCapital && !(isFirst && OPENERS.has(token.toLowerCase()))
}

/** The share of the sentence's content words that also stand, by their first letters, in what it cites. */
export function supportOf(text: string, cited: ReadonlySet<string>): number {
  const words = tokensIn(text)
    .map((token) => token.toLowerCase())
    .filter((word) => word.length >= SHORTEST_CONTENT_WORD && /^\p{L}+$/u.test(word) && !STOP_WORDS.has(word))
  if (words.length === 0) return 0
  const stems = new Set([...cited].map(stemOf))
  return words.filter((word) => stems.has(stemOf(word))).length / words.length
}

function stemOf(word: string): string {
  return word.slice(0, SHORTEST_CONTENT_WORD)
}

function trimPunctuation(token: string): string {
  return token.replace(/[.,:/+-]+$/, '')
}
