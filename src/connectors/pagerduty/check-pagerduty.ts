import { AppError } from '../../kernel/errors.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

/** For `doctor`: is the token good, is the author a user, are the catalog's services there? */
export async function checkPagerDuty(
  client: PagerDutyClient,
  serviceIds: readonly string[],
  signal: AbortSignal,
): Promise<ConnectorHealth> {
  try {
    await client.listAbilities(signal)
    if (client.from === null) {
      return {
        ok: false,
        detail: 'PagerDuty knows the token; notes have no author.',
        remedy: 'Set PAGERDUTY_FROM to the e-mail of a PagerDuty user.',
      }
    }
    if ((await client.findUser(client.from, signal)) === null) {
      return {
        ok: false,
        detail: 'PagerDuty knows the token and no user with the address in PAGERDUTY_FROM.',
        remedy: 'Set PAGERDUTY_FROM to the e-mail of a PagerDuty user.',
      }
    }
    const missing = await missingServices(client, serviceIds, signal)
    if (missing.length === 0) return { ok: true, detail: 'PagerDuty knows the token and the author.', remedy: '' }
    return {
      ok: false,
      detail: `PagerDuty has no service ${missing.join(', ')}.`,
      remedy: 'Correct the annotation pagerduty.com/service-id in the catalog.',
    }
  } catch (cause) {
    return {
      ok: false,
      detail: cause instanceof AppError ? cause.message : 'PagerDuty could not be asked.',
      remedy: 'Check PAGERDUTY_API_TOKEN (a REST key that may write), PAGERDUTY_API_URL and the network between.',
    }
  }
}

async function missingServices(
  client: PagerDutyClient,
  serviceIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const id of serviceIds) {
    try {
      await client.findEscalationPolicy(id, signal)
    } catch (cause) {
      if (!(cause instanceof VendorRejectedError) || cause.status !== 404) throw cause
      missing.push(id)
    }
  }
  return missing
}
