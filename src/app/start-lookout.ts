import { createEventsPager } from '../connectors/pagerduty/events-pager.ts'
import { createHttpHeartbeat } from '../connectors/heartbeat/http-heartbeat.ts'
import { heartbeatAddress } from '../config/heartbeat-address.ts'
import { openLookout } from '../orchestrator/lookout/open-lookout.ts'
import type { Config } from '../config/config.ts'
import type { Foundation } from './build-deps.ts'
import type { Lookout } from '../orchestrator/lookout/open-lookout.ts'
import type { OutsideHeartbeat, Pager } from '../ports/pager.ts'

/** Every process looks out, whatever its roles. */
export function startLookout(config: Config, { deps, jobs, redact }: Foundation): Lookout {
  return openLookout({
    ...deps,
    // Why a job was given up is a vendor's word, or a stack, and goes to the pager and into the thread.
    listDeadJobs: async () => redact(await jobs.listDead()),
    pager: buildPager(config),
    heartbeat: buildHeartbeat(config),
  })
}

function buildPager({ environment }: Config): Pager | null {
  const { PAGERDUTY_ROUTING_KEY: routingKey, PAGERDUTY_EVENTS_URL: eventsUrl } = environment
  if (routingKey === undefined) return null
  return createEventsPager({ routingKey, eventsUrl: eventsUrl ?? 'https://events.pagerduty.com' })
}

function buildHeartbeat({ environment, settings }: Config): OutsideHeartbeat | null {
  const { heartbeat } = settings.operations
  if (heartbeat === undefined) return null
  const url = heartbeatAddress(heartbeat.url, environment.COUNTERSIGN_HEARTBEAT_SECRET)
  return createHttpHeartbeat({ url, everyMs: heartbeat.every })
}
