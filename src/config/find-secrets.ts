import type { Problem } from '../kernel/errors.ts'

/** Shapes of credentials of the systems we talk to. A hit is refused: files are reviewed and copied, secrets are not. */
const SHAPES: readonly (readonly [name: string, shape: RegExp])[] = [
  ['a Slack token', /\bxox[abeprs]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a GitHub token', /\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/],
  ['an API key', /\bsk-[A-Za-z0-9_-]{16,}/],
  ['a Slack webhook address', /hooks\.slack\.com\/services\/[A-Za-z0-9/]{8,}/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:[^\s@/]{1,100}@/i],
]
/** Also within `{ }`, where several keys share a line. */
const SECRET_KEY =
  /(?:^|[{,])\s*["']?[\w.-]*(?:token|secret|password|passwd|api_?key|private_?key)["']?\s*:\s*(?![{[])[^\s,}]/i

const EXPECTED = 'secrets in the environment only'

/** Every line with something that has the shape of a secret; what it is, never the secret itself. */
export function findSecretShapes(file: string, text: string): readonly Problem[] {
  return findInLines(file, text, shapeIn)
}

/** The same, and besides keys named after secrets, for files that have no business with such keys. */
export function findSecrets(file: string, text: string): readonly Problem[] {
  return findInLines(file, text, (line) => shapeIn(line) ?? (SECRET_KEY.test(line) ? 'a secret' : undefined))
}

/** A mistake that would repeat a secret names its shape instead. */
export function withoutSecrets(problem: Problem): Problem {
  const shape = shapeIn(problem.found)
  return shape === undefined ? problem : { ...problem, found: `${shape}, not shown here`, expected: EXPECTED }
}

function shapeIn(text: string): string | undefined {
  return SHAPES.find(([, pattern]) => pattern.test(text))?.[0]
}

function findInLines(file: string, text: string, nameOf: (line: string) => string | undefined): readonly Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const found = isComment(line) ? shapeIn(line) : nameOf(line)
    return found === undefined ? [] : [{ file, at: `${String(index + 1)}:1`, found, expected: EXPECTED }]
  })
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#')
}
