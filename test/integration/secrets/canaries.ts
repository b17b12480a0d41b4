import { SECRETS } from '../operations/shop.ts'

/** The configured ones that are thrown at every way in, besides those of the shop. */
export const FURTHER = {
  OPENAI_API_KEY: 'canary-model-key-0006',
  ARGOCD_AUTH_TOKEN: 'canary:argocd:token-0007',
  PAGERDUTY_ROUTING_KEY: 'canaryroutingkey0008canaryroutin',
} as const

/** What the environment of the installation holds. */
export const CONFIGURED: readonly string[] = [...Object.values(SECRETS), ...Object.values(FURTHER)]

/** What nobody configured, and whoever sees it knows for a secret. Put together here, so that no file holds one whole. */
export const LOOK_ALIKES: readonly string[] = [
  ['xoxb', '998877665544', 'CanarySlackLike01'].join('-'),
  `ghp_${'CanaryGitHubLike'.repeat(2)}0002`,
  ['AKIA', 'CANARYAWSLIKE003'].join(''),
  ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJjYW5hcnkifQ', 'Q2FuYXJ5SldUTGlrZTA0'].join('.'),
  ['-----BEGIN', 'PRIVATE KEY-----\nQ2FuYXJ5UGVtTGlrZTA1\n-----END', 'PRIVATE KEY-----'].join(' '),
]
/** Known by the word before it alone: how it is written, and what may be seen nowhere. */
export const ASSIGNED = { written: 'password=CanaryPassword06', secret: 'CanaryPassword06' } as const

interface Writing {
  readonly name: string
  readonly write: (secret: string) => string
}

/** Each is searched for as it was written, and in all of them. */
export const WRITINGS: readonly Writing[] = [
  { name: 'plain', write: (secret) => secret },
  { name: 'in base64', write: (secret) => Buffer.from(secret).toString('base64') },
  { name: 'over two lines', write: (secret) => `${secret.slice(0, 9)}\n${secret.slice(9)}` },
]

/** Everything that may be found nowhere. White space and line ends, also escaped ones, are looked past in both. */
export function hitsIn(text: string, canaries: readonly string[]): readonly string[] {
  const solid = withoutGaps(text)
  return canaries.flatMap((canary) =>
    WRITINGS.filter(({ write }) => solid.includes(withoutGaps(write(canary)).replace(/=+$/, ''))).map(
      ({ name }) => `${canary} ${name}`,
    ),
  )
}

function withoutGaps(text: string): string {
  return text.replaceAll(/\s|\\+[nrt]/g, '')
}
