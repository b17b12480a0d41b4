import { z } from 'zod'
import { VendorServer } from '../vendor-server.ts'

const Event = z.object({
  routing_key: z.string().length(32),
  event_action: z.enum(['trigger', 'resolve']),
  dedup_key: z.string().min(1).max(255),
  payload: z
    .object({
      summary: z.string().min(1).max(1024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.string(),
    })
    .optional(),
})
type Event = z.infer<typeof Event>

/** Events v2: one open alert per `dedup_key`, however often it is triggered. */
export class FakeEvents {
  readonly routingKey = '0123456789abcdef0123456789abcdef'
  readonly server: VendorServer
  readonly events: Event[] = []
  /** What is open, by dedup key. */
  readonly open = new Map<string, string>()

  constructor() {
    this.server = new VendorServer((request) => {
      const event = Event.safeParse(request.body)
      const isOurs = event.success && event.data.routing_key === this.routingKey
      if (request.method !== 'POST' || request.path !== '/v2/enqueue' || !isOurs) {
        return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: [] } }
      }
      this.#take(event.data)
      return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: event.data.dedup_key } }
    })
  }

  #take(event: Event): void {
    this.events.push(event)
    if (event.event_action === 'resolve') this.open.delete(event.dedup_key)
    else this.open.set(event.dedup_key, event.payload?.summary ?? '')
  }
}
