import { VendorBusyError, VendorRejectedError, VendorUnknownError } from '../../../kernel/vendor-errors.ts'
import { isAllowedServiceUrl } from '../incoming/service-url.ts'
import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import type { MessageAddress, TeamsBot } from '../teams-bot.ts'
import type { Redactor } from '../../../kernel/redactor.ts'
import type { TeamsMessage } from '../render/render-card.ts'
import type { Telemetry } from '../../../ports/telemetry.ts'

export interface NewConversation {
  /** Who we are there: `28:<app id>`. */
  readonly bot: string
  readonly tenant: string | null
  readonly in:
    | { readonly kind: 'channel'; readonly channel: string; readonly message: TeamsMessage }
    | { readonly kind: 'person'; readonly member: string }
}

export interface Member {
  /** aadObjectId. */
  readonly account: string | null
  readonly tenant: string | null
  readonly role: string | null
}

/** The connector with our limits: only to addresses that are allowed, every answer read, every call counted. */
export interface TeamsApi {
  create(
    serviceUrl: string,
    conversation: NewConversation,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly message: string | null }>
  send(serviceUrl: string, conversation: string, message: TeamsMessage, signal: AbortSignal): Promise<string | null>
  update(to: MessageAddress, message: TeamsMessage, signal: AbortSignal): Promise<void>
  getMember(serviceUrl: string, conversation: string, member: string, signal: AbortSignal): Promise<Member>
}

const id = z.string().min(1).max(500)
const Created = z.object({ id, activityId: id.nullish() })
const Sent = z.object({ id: id.nullish() }).nullish()
const GotMember = z.object({
  aadObjectId: z.string().nullish(),
  objectId: z.string().nullish(),
  tenantId: z.string().nullish(),
  userRole: z.string().nullish(),
})

export function createTeamsApi(
  bot: Omit<TeamsBot, 'authenticate' | 'close'>,
  tools: {
    readonly isLoopbackAllowed: boolean
    readonly telemetry: Telemetry
    readonly clock: Clock
    readonly redact?: Redactor
  },
): TeamsApi {
  const redact: Redactor = tools.redact ?? ((value) => value)
  const call = async <Answer>(serviceUrl: string, schema: z.ZodType<Answer>, ask: () => Promise<unknown>) => {
    if (!isAllowedServiceUrl(serviceUrl, tools.isLoopbackAllowed)) {
      throw new VendorRejectedError(
        'Teams',
        0,
        'service_url',
        'Its address is not one of Microsoft’s; nothing was sent.',
      )
    }
    const answer = await observed(tools, ask)
    const read = schema.safeParse(answer)
    if (read.success) return read.data
    throw new VendorUnknownError('Teams', 'its answer lacks what it promises', { cause: read.error })
  }
  return {
    create: async (serviceUrl, conversation, signal) => {
      const parameters = redact(parametersOf(conversation))
      const made = await call(serviceUrl, Created, () => bot.createConversation(serviceUrl, parameters, signal))
      const inId = /;messageid=([^;]{1,200})$/.exec(made.id)?.[1] ?? null
      return { id: made.id, message: made.activityId ?? inId }
    },
    send: async (serviceUrl, conversation, message, signal) => {
      const sent = await call(serviceUrl, Sent, () => bot.send(serviceUrl, conversation, redact(message), signal))
      return sent?.id ?? null
    },
    update: async (to, message, signal) => {
      await call(to.serviceUrl, z.unknown(), () => bot.update(to, { ...redact(message), id: to.message }, signal))
    },
    getMember: async (serviceUrl, conversation, member, signal) => {
      const got = await call(serviceUrl, GotMember, () => bot.getMember(serviceUrl, conversation, member, signal))
      return {
        account: got.aadObjectId ?? got.objectId ?? null,
        tenant: got.tenantId ?? null,
        role: got.userRole ?? null,
      }
    },
  }
}

function parametersOf({ bot, tenant, in: where }: NewConversation): object {
  const shared = { bot: { id: bot }, ...(tenant === null ? {} : { tenantId: tenant }) }
  if (where.kind === 'person') {
    const channelData = tenant === null ? {} : { channelData: { tenant: { id: tenant } } }
    return { ...shared, isGroup: false, members: [{ id: where.member }], ...channelData }
  }
  return { ...shared, isGroup: true, channelData: { channel: { id: where.channel } }, activity: where.message }
}

async function observed<Answer>(
  { telemetry, clock }: { readonly telemetry: Telemetry; readonly clock: Clock },
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const startedAtMs = clock.monotonicMs()
  const observe = (outcome: string) => {
    telemetry.observeSeconds('vendor_request', { vendor: 'teams', outcome }, (clock.monotonicMs() - startedAtMs) / 1000)
  }
  try {
    const answer = await ask()
    observe('done')
    return answer
  } catch (error) {
    observe(error instanceof VendorBusyError ? 'busy' : error instanceof VendorRejectedError ? 'rejected' : 'unknown')
    throw error
  }
}
