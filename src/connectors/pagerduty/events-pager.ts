import { oneLineText } from '../../kernel/clean-text.ts'
import { sendRequest } from '../shared/http-request.ts'
import type { Page, Pager } from '../../ports/pager.ts'
import type { HttpTiming } from '../shared/http-request.ts'

export interface EventsPagerOptions {
  /** `PAGERDUTY_EVENTS_URL`, or https://events.pagerduty.com. */
  readonly eventsUrl: string
  readonly routingKey: string
  readonly onTiming?: (timing: HttpTiming) => void
}

const TIMEOUT_MS = 10_000
const LONGEST_SUMMARY = 1_024
const LONGEST_KEY = 255

/** Events v2. The same `dedup_key` again is the same alert, so whatever was not answered is sent again. */
export function createEventsPager(options: EventsPagerOptions): Pager {
  return {
    raise: (page, signal) => enqueue(options, { ...eventOf(page), event_action: 'trigger' }, signal),
    clear: (key, signal) => enqueue(options, { dedup_key: key.slice(0, LONGEST_KEY), event_action: 'resolve' }, signal),
  }
}

function eventOf({ key, summary, kind, incidentId, at, url }: Page) {
  return {
    dedup_key: key.slice(0, LONGEST_KEY),
    payload: {
      summary: oneLineText(summary, LONGEST_SUMMARY),
      source: 'countersign',
      severity: 'critical',
      timestamp: at.toISOString(),
      component: 'countersign',
      class: `standstill ${kind}`,
      custom_details: { incident: incidentId ?? 'none' },
    },
    client: 'Countersign',
    ...(url === null ? {} : { client_url: url, links: [{ href: url, text: 'Console' }] }),
  }
}

async function enqueue(
  { eventsUrl, routingKey, onTiming }: EventsPagerOptions,
  event: object,
  signal: AbortSignal,
): Promise<void> {
  await sendRequest({
    vendor: 'PagerDuty',
    method: 'POST',
    url: `${eventsUrl.replace(/\/+$/, '')}/v2/enqueue`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ routing_key: routingKey, ...event }),
    timeoutMs: TIMEOUT_MS,
    signal,
    effect: false,
    ...(onTiming === undefined ? {} : { onTiming }),
  })
}
