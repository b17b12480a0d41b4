import type { Problem } from '../kernel/errors.ts'

/** Shapes of credentials of the systems we talk to. A hit is refused: files are reviewed and copied, secrets are not. */
const SHAPES: readonly (readonly [name: string, shape: RegExp])[] = [
  ['a Slack token', /\bxox[abeprs]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/],
  ['an API key', /\bsk-[A-Za-z0-9_-]{16,}/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:[^\s@/]{1,100}@/],
]
const SECRET_KEY = /^\s*["']?[\w.-]*(?:token|secret|password|passwd|api_?key|private_?key)["']?\s*:\s*\S/i

export function findSecrets(file: string, text: string): readonly Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const shape = SHAPES.find(([, pattern]) => pattern.test(line))?.[0]
    const name = shape ?? (SECRET_KEY.test(line) ? 'a secret' : undefined)
    if (name === undefined) return []
    return [{ file, at: `${String(index + 1)}:1`, found: name, expected: 'secrets in the environment only' }]
  })
}
