import { AppError } from '../../kernel/errors.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { Metrics } from '../../ports/metrics.ts'

const REMEDY =
  'Check PROMETHEUS_URL (the address before /api/v1), the network between, and that no login page is in front.'

/** For `doctor`: does Prometheus answer a query, and does it scrape anything? */
export async function checkPrometheus(metrics: Metrics, signal: AbortSignal): Promise<ConnectorHealth> {
  try {
    const series = await metrics.queryInstant('count(up)', signal)
    const targets = series[0]?.points.at(-1)?.[1] ?? 0
    if (targets > 0) {
      return { ok: true, detail: `Prometheus answers and knows ${String(targets)} target(s).`, remedy: '' }
    }
    return {
      ok: false,
      detail: 'Prometheus answers and has no target: every query will be without data.',
      remedy: 'Check its scrape configuration, or whether this address is the one that holds your services.',
    }
  } catch (cause) {
    return {
      ok: false,
      detail: cause instanceof AppError ? cause.message : 'Prometheus could not be asked.',
      remedy: REMEDY,
    }
  }
}
