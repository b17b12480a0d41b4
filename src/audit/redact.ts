import { GAPS, secretFormsOf } from './secret-forms.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import type { SecretForm } from './secret-forms.ts'

/**
 * Takes secrets out of what goes on record: by the name of a member, by the shape of a token, and by their very value
 * where it is known (plain, encoded, or split over lines). Every pattern runs in time linear to the text: each can
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
  /** False looks for known secrets alone; default true. */
  readonly shapes?: boolean
}

const MARK = '[redacted]'
const DEEPEST = 64
/** Nothing shorter is a secret. */
const SHORTEST_TEXT = 6

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

/** How texts are cut everywhere (kernel/clean-text.ts). */
const CUT = ' (truncated)'

/** How many of the last characters of a text are the first of a secret; a few are no secret's. */
function lengthBegun(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length >= SHORTEST_TEXT; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return length
  }
  return 0
}

/** Most texts hold none of them and are looked at once. */
const HINTS = new RegExp(SHAPES.map(({ hint }) => hint).join('|'), 'i')

export function redactText(text: string, options: RedactionOptions = {}): Redacted<string> {
  const findings = new Findings(options)
  return { value: findings.text(text), ...findings.report() }
}

export function redactJson<Value extends Json>(value: Value, options: RedactionOptions = {}): Redacted<Value> {
  const findings = new Findings(options)
  return { value: redactDeep(value, findings, 0) as Value, ...findings.report() }
}

function redactDeep(value: Json, findings: Findings, depth: number): Json {
  if (typeof value === 'string') return findings.text(value)
  if (value === null || typeof value !== 'object') return value
  if (depth >= DEEPEST) return '[too deep]'
  if (findings.isInBytes(value)) return MARK
  if (Array.isArray(value)) return value.map((item: Json) => redactDeep(item, findings, depth + 1))
  return redactMembers(value as JsonObject, findings, depth)
}

/** The object itself where nothing was found, which is nearly always. */
function redactMembers(value: JsonObject, findings: Findings, depth: number): JsonObject {
  const names = Object.keys(value)
  let found: [name: string, item: Json][] | undefined
  for (const [index, name] of names.entries()) {
    const item = value[name] as Json
    const isSecret = isSecretName(name) && !isHarmless(item)
    const [cleanName, clean] = isSecret
      ? [name, findings.note('name', MARK)]
      : [findings.text(name), redactDeep(item, findings, depth + 1)]
    if (clean !== item || cleanName !== name) {
      found ??= names.slice(0, index).map((before) => [before, value[before] as Json])
    }
    found?.push([cleanName, clean])
  }
  return found === undefined ? value : Object.fromEntries(found)
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

/** Bytes as JSON writes them: a list of numbers, or a typed array's members under their indexes. */
function bytesOf(value: Json): Buffer | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const first = Array.isArray(value) ? (value[0] as Json) : (value as JsonObject)['0']
  if (typeof first !== 'number') return undefined
  const items: readonly Json[] = Array.isArray(value) ? value : Object.values(value)
  const areBytes = items.every((item) => Number.isInteger(item) && Number(item) >= 0 && Number(item) <= 255)
  return areBytes && items.length >= SHORTEST_TEXT ? Buffer.from(items.map(Number)) : undefined
}

class Findings {
  #count = 0
  readonly #rules = new Set<string>()
  readonly #forms: readonly SecretForm[]
  readonly #looksForShapes: boolean

  constructor({ secrets, shapes = true }: RedactionOptions) {
    this.#forms = secretFormsOf(secrets)
    this.#looksForShapes = shapes
  }

  note(rule: string, replacement: string): string {
    this.#count += 1
    this.#rules.add(rule)
    return replacement
  }

  /** Whether these are the bytes of a text that holds a secret. */
  isInBytes(value: Json): boolean {
    const bytes = bytesOf(value)
    if (bytes === undefined) return false
    const text = bytes.toString('latin1')
    return this.text(text) !== text
  }

  text(text: string): string {
    if (text.length < SHORTEST_TEXT) return text
    let result = text
    for (const { text: secret } of this.#forms) {
      if (secret.length > result.length || !result.includes(secret)) continue
      result = result.replaceAll(secret, () => this.note('known-secret', MARK))
    }
    if (this.#forms.length > 0) result = this.#atCuts(this.#acrossLines(result))
    return this.#looksForShapes && HINTS.test(result) ? this.#shapes(result) : result
  }

  /** A secret that a line end, or a character that cannot be seen, stands in. */
  #acrossLines(text: string): string {
    const solid = text.replace(GAPS, '')
    if (solid.length === text.length) return text
    let result = text
    for (const form of this.#forms) {
      if (form.solid === null || form.split === null || !solid.includes(form.solid)) continue
      result = result.replace(form.split, () => this.note('known-secret', MARK))
    }
    return result
  }

  /** A secret that a text was cut in is not known for one any more, but for its beginning. */
  #atCuts(text: string): string {
    const parts = text.split(CUT)
    const end = parts.pop() ?? ''
    return [...parts.map((part) => this.#withoutBegun(part)), end].join(CUT)
  }

  #withoutBegun(part: string): string {
    const dots = part.endsWith('…') ? '…' : ''
    const words = part.slice(0, part.length - dots.length)
    const begun = this.#forms.reduce((most, form) => Math.max(most, lengthBegun(words, form.text)), 0)
    return begun === 0 ? part : `${words.slice(0, -begun)}${this.note('known-secret', MARK)}${dots}`
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
