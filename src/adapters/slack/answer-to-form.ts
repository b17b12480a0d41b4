import { NOT_OURS } from './not-ours.ts'
import { captureOf } from './answer-to-capture.ts'
import { inputField } from './render/inputs-form.ts'
import { replyToError } from '../shared/reply-to-error.ts'
import { sendReply } from './outgoing/send-reply.ts'
import { visibleLine } from '../shared/card/visible-text.ts'
import type { Acknowledge, SlackWork } from './slack-work.ts'
import type { FilledForm, Reply } from '../../orchestrator/index.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'
import type { SentForm, SlackRequest } from './incoming/slack-request.ts'

/** Slack waits three seconds for the answer to a form; some of it is the way. */
const PATIENCE_MS = 1_800
const LONGEST_ERROR = 1_000

type Problems = Readonly<Record<string, string>>
type Outcome = { readonly reply: Reply } | { readonly problems: Problems }

/**
 * A form that was sent. What is refused in time stands in the form, beside the field it is about; what takes longer
 * (a plan reads its targets) is answered to the person when it is known, and the form closes meanwhile.
 */
export async function answerToForm(
  work: SlackWork,
  road: ReplyRoad,
  request: Extract<SlackRequest, { kind: 'form' }>,
  acknowledge: Acknowledge,
): Promise<void> {
  const { form, place } = request
  const outcome = outcomeOf(work, road, request).catch((error: unknown) => ({
    reply: replyToError('slack', road.log, error),
  }))
  const inTime = await withinPatience(outcome)
  const problems = inTime === undefined ? undefined : problemsOf(inTime, form)
  if (problems !== undefined) {
    await acknowledge({ response_action: 'errors', errors: shown(problems) })
    return
  }
  await acknowledge()
  const late = await outcome
  await sendReply(road, 'reply' in late ? late.reply : refusalOf(late.problems), place)
}

async function outcomeOf(
  work: SlackWork,
  road: ReplyRoad,
  { form, place, signatureHash }: Extract<SlackRequest, { kind: 'form' }>,
): Promise<Outcome> {
  const proof = signatureHash === undefined ? {} : { proof: { signatureHash } }
  switch (form?.kind) {
    case undefined:
      return { reply: NOT_OURS }
    case 'press':
      return { reply: await work.press({ ...form.press, ...proof }) }
    case 'filled': {
      const answer = await work.rich.submit(form.filled)
      return answer.kind === 'reply' ? answer : { problems: byBlock(form.filled, answer.fields) }
    }
    case 'capture': {
      const answer = await work.rich.capture(captureOf(road, form.wish, place.account))
      return { reply: answer.kind === 'reply' ? answer.reply : NOT_OURS }
    }
  }
}

async function withinPatience(outcome: Promise<Outcome>): Promise<Outcome | undefined> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  try {
    return await Promise.race([outcome, patience])
  } finally {
    clearTimeout(timer)
  }
}

/** Undefined when the form can close. A form without a field of its own for a refusal closes, and the refusal is sent. */
function problemsOf(outcome: Outcome, form: SentForm | null): Problems | undefined {
  if ('problems' in outcome) return outcome.problems
  const { reply } = outcome
  return reply.kind === 'answer' || form === null || form.field === '' ? undefined : { [form.field]: reply.text }
}

/** The orchestrator names fields; inputs of a playbook have a prefix in the form. */
function byBlock(filled: FilledForm, fields: Problems): Problems {
  if (filled.kind === 'declare') return fields
  return Object.fromEntries(Object.entries(fields).map(([name, problem]) => [inputField(name), problem]))
}

function shown(problems: Problems): Record<string, string> {
  return Object.fromEntries(Object.entries(problems).map(([block, text]) => [block, visibleLine(text, LONGEST_ERROR)]))
}

function refusalOf(problems: Problems): Reply {
  return { ...NOT_OURS, code: 'wrong_input', text: Object.values(problems).join(' ') }
}
