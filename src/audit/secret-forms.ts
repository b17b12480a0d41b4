/** Shorter ones would take harmless words out. */
const SHORTEST_SECRET = 6
/** Below it, words that happen to stand beside each other could make up a secret. */
const SHORTEST_SPLIT = 16

/** One way that a known secret may stand in a text. */
export interface SecretForm {
  readonly text: string
  /** Without any white space, where it is long enough to be looked for across lines. */
  readonly solid: string | null
  /** Finds `solid` with white space, line ends or invisible characters between its characters. */
  readonly split: RegExp | null
}

/** White space, characters that cannot be seen, and line ends as JSON escapes them. */
export const GAPS = /(?:[\s\p{Cf}]|\\[nrt])+/gu
const GAP = String.raw`(?:[\s\p{Cf}]|\\[nrt]){0,40}`

const NO_SECRETS: readonly string[] = []
const known = new WeakMap<readonly string[], readonly SecretForm[]>()

/**
 * What known secrets may look like in a text: plain, escaped for URLs, JSON and HTML, in hex and in base64. Longest
 * first, so that no rest of one stays behind. Computed once per list, which stays the same for the life of a process.
 */
export function secretFormsOf(secrets: readonly string[] = NO_SECRETS): readonly SecretForm[] {
  const forms = known.get(secrets) ?? computeForms(secrets)
  known.set(secrets, forms)
  return forms
}

function computeForms(secrets: readonly string[]): readonly SecretForm[] {
  const texts = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(textsOf)
  return [...new Set(texts)].sort((left, right) => right.length - left.length).map(formOf)
}

function textsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const base64 = base64Forms(bytes)
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    escapeHtml(secret),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

function formOf(text: string): SecretForm {
  const solid = text.replace(GAPS, '')
  if (solid.length < SHORTEST_SPLIT) return { text, solid: null, split: null }
  const characters = [...solid].map((character) => character.replace(/[$()*+./?[\\\]^{|}]/, String.raw`\$&`))
  return { text, solid, split: new RegExp(characters.join(GAP), 'gu') }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Within a longer base64 text a secret starts at any of three places; its first and last letters then vary. */
function base64Forms(bytes: Buffer): readonly string[] {
  const inner = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const head = Math.ceil((shift * 8) / 6)
    const whole = Math.floor(((shift + bytes.length) * 8) / 6)
    return text.slice(head, whole)
  })
  return inner.filter((form) => form.length >= SHORTEST_SECRET)
}
