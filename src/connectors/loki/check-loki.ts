import { AppError } from '../../kernel/errors.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { Logs } from '../../ports/logs.ts'

const REMEDY =
  'Check LOKI_URL (the address before /loki/api/v1), LOKI_TOKEN, the network between, and that no login page is in front.'
/** Any log at all; Loki wants at least one matcher that is not empty. */
const ANY = '{service_name=~".+"}'
const LOOK_BACK_MS = 60_000

/** For `doctor`: does Loki answer a query, and is there one to ask it? */
export async function checkLoki(
  logs: Logs,
  query: string | null,
  now: Date,
  signal: AbortSignal,
): Promise<ConnectorHealth> {
  try {
    await logs.readLines(ANY, new Date(now.getTime() - LOOK_BACK_MS), now, 1, signal)
  } catch (cause) {
    return { ok: false, detail: cause instanceof AppError ? cause.message : 'Loki could not be asked.', remedy: REMEDY }
  }
  if (query !== null) return { ok: true, detail: 'Loki answers.', remedy: '' }
  return {
    ok: false,
    detail: 'Loki answers, and nothing is asked of it.',
    remedy: 'Set evidence.logs.query in countersign.yaml, or leave LOKI_URL out.',
  }
}
