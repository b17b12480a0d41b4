import { z } from 'zod'
import { PRESS_ANSWERS, PRESS_VERBS } from '../../domain/press.ts'
import { HttpFault } from '../http/http-fault.ts'
import { formOf } from './form-of.ts'
import { recordKnownRefusal } from '../../orchestrator/index.ts'
import { changePage, incidentPage, listPage } from './show-pages.ts'
import { refusedPage } from './refused-page.ts'
import { requirePost, sessionAuthentication, visitorOf } from './console-session.ts'
import type { ConsoleSettings } from './console-settings.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import { sourceIpOf } from '../http/source-ip.ts'
import type { ConversationPlace, Reply, RequestProof } from '../../orchestrator/index.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { HttpRequest, Route } from '../http/route.ts'
import type { Person } from '../../domain/person.ts'
import type { Visitor } from './console-session.ts'

const id = z.string().max(40)
const text = z.string().max(4000)
const optional = (schema: z.ZodString) =>
  schema
    .transform((value) => (value === '' ? null : value))
    .nullable()
    .default(null)

const PressForm = z.object({
  verb: z.enum(PRESS_VERBS),
  incidentId: id,
  proposalId: optional(id),
  planHash: optional(z.string().max(64)),
  text: optional(text),
  stepId: optional(z.string().max(100)),
  answer: z.enum(PRESS_ANSWERS).nullable().default(null),
  question: z.coerce.number().int().min(1).max(999_999).optional(),
  about: optional(id),
})
/** How long a line may be is the grammar's matter, so that it is answered in the same words as everywhere. */
const SayForm = z.object({ text: z.string().max(100_000), incidentId: optional(id) })

/** A button of a card. */
export function pressRoute(settings: ConsoleSettings): Route<Visitor> {
  return post(settings, '/press', async (form, person, proof) => {
    const { question, ...press } = parseForm(PressForm, form)
    const answered = question === undefined ? {} : { question }
    const reply = await settings.conversation.press({ ...press, ...answered, ...placeOf(person, proof) })
    const isChange = press.incidentId === '' && press.proposalId !== null
    return isChange
      ? { reply, incidentId: null, changeId: press.proposalId }
      : { reply, incidentId: press.incidentId, changeId: null }
  })
}

/** The command box: the same verbs as in chat; on an incident's page they mean that incident. */
export function sayRoute(settings: ConsoleSettings): Route<Visitor> {
  return post(settings, '/say', async (form, person, proof) => {
    const said = parseForm(SayForm, form)
    const reply = await settings.conversation.say({
      ...placeOf(person, proof),
      text: said.text,
      incidentId: said.incidentId,
    })
    return { reply, incidentId: reply.incidentId ?? said.incidentId, changeId: null }
  })
}

interface Answered {
  readonly reply: Reply
  readonly incidentId: string | null
  readonly changeId: string | null
}

function post(
  settings: ConsoleSettings,
  path: string,
  work: (form: URLSearchParams, person: Person, proof: RequestProof) => Promise<Answered>,
): Route<Visitor> {
  return {
    method: 'POST',
    path,
    source: 'console',
    authentication: sessionAuthentication(settings),
    handle: async (request, visitor) => {
      const form = formOf(request)
      const person = await requirePerson(settings, request, form)
      const answered = await work(form, person, proofOf(request, form))
      const now = visitorOf(settings, request) ?? visitor
      return answerWith(settings, now, answered)
    },
  }
}

/** Whoever posts without the right to is on the audit log, each time: the session was genuine. */
async function requirePerson(settings: ConsoleSettings, request: HttpRequest, form: URLSearchParams): Promise<Person> {
  try {
    return requirePost(settings, request, form)
  } catch (error) {
    await recordKnownRefusal(settings.deps, {
      ...{ source: 'console', reason: 'forged_or_read_only', origin: 'console' },
      sourceIp: sourceIpOf(request),
    })
    throw error
  }
}

async function answerWith(
  settings: ConsoleSettings,
  visitor: Visitor,
  { reply, incidentId, changeId }: Answered,
): Promise<HttpAnswer> {
  try {
    if (changeId !== null) return await changePage(settings, visitor, changeId, reply)
    if (incidentId === null) return await listPage(settings, visitor, reply)
    return await incidentPage(settings, visitor, incidentId, reply)
  } catch (error) {
    return refusedPage(settings, visitor, error, reply)
  }
}

function parseForm<Output>(schema: z.ZodType<Output>, form: URLSearchParams): Output {
  const parsed = schema.safeParse(Object.fromEntries(form))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.map(String).join('.') ?? ''
  throw new HttpFault({
    status: 400,
    code: 'bad_form',
    message: `The field ${field} does not fit: ${issue?.message ?? ''}.`,
    field,
  })
}

/** The session's own token names it; it was compared a moment ago. */
function proofOf(request: HttpRequest, form: URLSearchParams): RequestProof {
  const sourceIp = sourceIpOf(request)
  return { sessionHash: sha256Hex(form.get('csrf') ?? ''), ...(sourceIp === undefined ? {} : { sourceIp }) }
}

function placeOf(person: Person, proof: RequestProof): ConversationPlace {
  const account = { surface: 'console', tenant: 'console', user: person.id, displayName: person.name } as const
  return { surface: 'console', account, channel: null, message: null, proof }
}
