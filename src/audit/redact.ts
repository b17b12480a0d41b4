import type { Json, JsonObject } from '../kernel/json.ts'

/**
 * Takes secrets out of what goes on record: by the name of a member, by the shape of a token, and by their very value
 * where it is known (in plain, URL-encoded, hex and base64). Every pattern runs in time linear to the text: each can
 * only start where a word starts, so no stretch of text is read twice.
 */
export interface Redacted<Value> {
  readonly value: Value
  readonly count: number
  /** Names of the rules that found something, sorted. */
  readonly rules: readonly string[]
}

export interface RedactionOptions {
  /** Values that must never appear: the tokens of this installation, canaries in tests. */
  readonly secrets?: readonly string[]
}

const MARK = '[redacted]'
const DEEPEST = 64
/** Shorter ones would take harmless words out. */
const SHORTEST_SECRET = 6

const SECRET_NAME =
  /(^|[-_.\s])(pass|passwd|password|passphrase|pwd|secret|secrets|token|credential|credentials|authorization|cookie)([-_.\s]|$)|(api|access|private|signing|routing|account|encryption|shared)[-_.\s]?key|(client|webhook|app)[-_.\s]?secret|connection[-_.\s]?string|x-amz-security-token/i

const START = '(?<![A-Za-z0-9_])'
interface Shape {
  readonly rule: string
  /** What every text that the pattern matches holds, letters in either case. */
  readonly hint: string
  readonly pattern: RegExp
  readonly replace: string
}
const SHAPES: readonly Shape[] = [
  {
    rule: 'private-key',
    hint: 'PRIVATE KEY',
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,8192}(-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
    replace: MARK,
  },
  {
    rule: 'bearer',
    hint: 'bearer|basic|token|genericapikey',
    pattern: new RegExp(`${START}((?:bearer|basic|token|genericapikey)\\s{1,4})[A-Za-z0-9._~+/=-]{8,}`, 'gi'),
    replace: `$1${MARK}`,
  },
  {
    rule: 'jwt',
    hint: 'eyJ',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2048}(?:\.[A-Za-z0-9_-]{0,8192}){1,2}/g,
    replace: MARK,
  },
  {
    rule: 'slack',
    hint: 'xox|xapp',
    pattern: new RegExp(`${START}(?:xox[a-z]|xapp)-[A-Za-z0-9-]{8,}`, 'g'),
    replace: MARK,
  },
  {
    rule: 'slack-webhook',
    hint: 'hooks\\.slack',
    pattern: /hooks\.slack\.com\/(?:services|actions|commands|workflows)\/[A-Za-z0-9/_-]{8,}/g,
    replace: `hooks.slack.com/${MARK}`,
  },
  {
    rule: 'aws',
    hint: 'AKIA|ASIA|ABIA|ACCA',
    pattern: new RegExp(`${START}(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])`, 'g'),
    replace: MARK,
  },
  {
    rule: 'github',
    hint: 'gh[pousr]_|github_pat_',
    pattern: new RegExp(`${START}(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`, 'g'),
    replace: MARK,
  },
  { rule: 'openai', hint: 'sk-', pattern: new RegExp(`${START}sk-[A-Za-z0-9_-]{16,}`, 'g'), replace: MARK },
  {
    rule: 'pagerduty',
    hint: 'u\\+|y_|pd[a-z]{2}\\+',
    pattern: new RegExp(`${START}(?:u\\+|y_|pd[a-z]{2}\\+)[A-Za-z0-9_-]{16,}`, 'g'),
    replace: MARK,
  },
  { rule: 'url-login', hint: '://', pattern: /(:\/\/[^\s/:@"']{0,200}:)[^\s/@"']{1,400}@/g, replace: `$1${MARK}@` },
  {
    rule: 'assignment',
    hint: 'pass|pwd|secret|token|key|authorization|sig',
    pattern: new RegExp(
      `${START}((?:password|passwd|pwd|secret|token|api[-_]?key|access[-_]?key|authorization|signature|sig|x-amz-signature)["']?\\s{0,3}[=:]\\s{0,3}["']?)(?!\\[redacted|(?:bearer|basic|token)\\s)[^\\s"'&,;}\\]]{4,}`,
      'gi',
    ),
    replace: `$1${MARK}`,
  },
]

/** Most texts hold none of them and are looked at once. */
const HINTS = new RegExp(SHAPES.map(({ hint }) => hint).join('|'), 'i')

export function redactText(text: string, options: RedactionOptions = {}): Redacted<string> {
  const findings = new Findings()
  return { value: findings.text(text, formsOf(options)), ...findings.report() }
}

export function redactJson<Value extends Json>(value: Value, options: RedactionOptions = {}): Redacted<Value> {
  const findings = new Findings()
  return { value: redactDeep(value, findings, formsOf(options), 0) as Value, ...findings.report() }
}

function redactDeep(value: Json, findings: Findings, secrets: readonly string[], depth: number): Json {
  if (typeof value === 'string') return findings.text(value, secrets)
  if (value === null || typeof value !== 'object') return value
  if (depth >= DEEPEST) return '[too deep]'
  if (Array.isArray(value)) return value.map((item: Json) => redactDeep(item, findings, secrets, depth + 1))
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, item]) => {
      if (isSecretName(name) && !isHarmless(item)) return [name, findings.note('name', MARK)]
      return [findings.text(name, secrets), redactDeep(item, findings, secrets, depth + 1)]
    }),
  )
}

/** Names in any spelling: `apiKey`, `api_key` and `API-KEY` are one. */
function isSecretName(name: string): boolean {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const isSecret = saysSecret(name)
  if (knownNames.size < MOST_NAMES && name.length <= LONGEST_NAME) knownNames.set(name, isSecret)
  return isSecret
}

/** Nearly all names are our own, few and always the same. */
const MOST_NAMES = 1_000
const LONGEST_NAME = 64
const knownNames = new Map<string, boolean>()

function saysSecret(name: string): boolean {
  return SECRET_NAME.test(name.slice(0, 200).replace(/([a-z0-9])([A-Z])/g, '$1_$2'))
}

function isHarmless(value: Json): boolean {
  return value === null || typeof value === 'boolean' || value === ''
}

const NO_SECRETS: readonly string[] = []
const knownForms = new WeakMap<readonly string[], readonly string[]>()

/** Computed once per list of secrets, which stays the same for the life of a process. */
function formsOf({ secrets = NO_SECRETS }: RedactionOptions): readonly string[] {
  const known = knownForms.get(secrets) ?? computeForms(secrets)
  knownForms.set(secrets, known)
  return known
}

/** What a known secret may look like in a text. Longest first, so that no rest of one stays behind. */
function computeForms(secrets: readonly string[]): readonly string[] {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => {
      const bytes = Buffer.from(secret)
      return [secret, encodeURIComponent(secret.toWellFormed()), bytes.toString('hex'), ...base64Forms(bytes)]
    })
  return [...new Set(forms)].sort((left, right) => right.length - left.length)
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

class Findings {
  #count = 0
  readonly #rules = new Set<string>()

  note(rule: string, replacement: string): string {
    this.#count += 1
    this.#rules.add(rule)
    return replacement
  }

  text(text: string, secrets: readonly string[]): string {
    if (text.length < SHORTEST_SECRET) return text
    let result = text
    for (const secret of secrets) {
      if (secret.length > result.length || !result.includes(secret)) continue
      result = result.replaceAll(secret, () => this.note('known-secret', MARK))
    }
    return HINTS.test(result) ? this.#shapes(result) : result
  }

  #shapes(text: string): string {
    let result = text
    for (const { rule, pattern, replace } of SHAPES) {
      result = result.replace(pattern, (...match: unknown[]) => {
        const kept = typeof match[1] === 'string' && replace.startsWith('$1') ? match[1] : ''
        return this.note(
          rule,
          replace.replace('$1', () => kept),
        )
      })
    }
    return result
  }

  report(): { readonly count: number; readonly rules: readonly string[] } {
    return { count: this.#count, rules: [...this.#rules].sort() }
  }
}
