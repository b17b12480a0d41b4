import type { SystemFacts } from '../audit/seal-entry.ts'
import type { Config } from '../config/config.ts'

/**
 * Where each target system is reached and by which credential, for the record: an account or host, and the name of the
 * environment variable. The values of credentials never get here.
 */
export function systemFactsOf({ environment }: Config): Readonly<Record<string, SystemFacts>> {
  const { ARGOCD_SERVER, AWS_REGION, PAGERDUTY_API_URL, PROMETHEUS_URL } = environment
  return {
    argocd: { account: hostOf(ARGOCD_SERVER), credentialRef: 'env:ARGOCD_AUTH_TOKEN' },
    lambda: { account: AWS_REGION ?? null, credentialRef: awsCredentialOf(environment) },
    pagerduty: { account: hostOf(PAGERDUTY_API_URL ?? 'api.pagerduty.com'), credentialRef: 'env:PAGERDUTY_API_TOKEN' },
    prometheus: { account: hostOf(PROMETHEUS_URL), credentialRef: null },
  }
}

/** The SDK's own order, as far as the environment tells. */
function awsCredentialOf(environment: Config['environment']): string {
  if (environment.AWS_ACCESS_KEY_ID !== undefined) return 'env:AWS_ACCESS_KEY_ID'
  if (environment.AWS_WEB_IDENTITY_TOKEN_FILE !== undefined) return 'env:AWS_WEB_IDENTITY_TOKEN_FILE'
  return environment.AWS_PROFILE === undefined ? 'aws:default-chain' : 'env:AWS_PROFILE'
}

/** Host and port only: an address may hold a login. */
function hostOf(address: string | undefined): string | null {
  if (address === undefined) return null
  const url = address.includes('://') ? address : `https://${address}`
  return URL.canParse(url) ? new URL(url).host : null
}
