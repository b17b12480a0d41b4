import { choiceField, plainText } from './form-fields.ts'
import { truncateText } from '../../../kernel/clean-text.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import { z } from 'zod'
import type { CaptureWish, SentForm } from '../incoming/slack-request.ts'
import type { ChatWords, IncidentChoice } from '../../../orchestrator/index.ts'
import type { FormValues } from './form-fields.ts'
import type { types } from '@slack/bolt'

export const CAPTURE_FORM = 'countersign_capture'
const INCIDENT = 'incident'
/** Slack keeps 3,000 characters; a little stays free. */
const MOST_MEMORY = 2_900

const id = z.string().min(1).max(64)
const Memory = z.object({
  c: id,
  m: id,
  /** What the message says and whose it is, so that it need not be read again; null when it could not be. */
  w: z
    .object({
      x: z.string().max(3_000),
      a: z.object({ t: z.string().max(64), u: id, n: z.string().max(80) }).nullable(),
      h: id.nullable(),
    })
    .nullable(),
})

export function renderCaptureForm(
  wish: CaptureWish,
  incidents: readonly IncidentChoice[],
  words: ChatWords | null,
): types.ModalView {
  const choices = incidents.map(({ id: value, severity, title }) => ({
    value,
    label: visibleLine(`${value} ${severity} ${title}`, 75),
  }))
  return {
    type: 'modal',
    callback_id: CAPTURE_FORM,
    private_metadata: remember(wish, words),
    title: plainText('Add to timeline'),
    submit: plainText('Add'),
    close: plainText('Go back'),
    blocks: [choiceField(INCIDENT, 'Which incident does the message belong to', choices)],
  }
}

/** A message that is longer than a form remembers is cut, and the timeline shows that it was. */
function remember(wish: CaptureWish, words: ChatWords | null): string {
  for (let room = MOST_MEMORY; ; room = Math.floor(room / 2)) {
    const memory = JSON.stringify({ c: wish.channel, m: wish.message, w: words === null ? null : pack(words, room) })
    if (memory.length <= MOST_MEMORY || room < 100) return memory
  }
}

function pack({ text, author, thread }: ChatWords, room: number) {
  const account = author === null ? null : { t: author.tenant, u: author.user, n: author.displayName }
  return { x: truncateText(text, room), a: account, h: thread }
}

export function readCaptureForm(memory: unknown, values: FormValues): SentForm | undefined {
  const parsed = Memory.safeParse(memory)
  const incidentId = values.get(INCIDENT)
  if (!parsed.success || incidentId === undefined || !/^INC-\d{1,12}$/.test(incidentId)) return undefined
  const { c: channel, m: message, w } = parsed.data
  const author = w?.a == null ? null : ({ surface: 'slack', tenant: w.a.t, user: w.a.u, displayName: w.a.n } as const)
  const words = w === null ? null : { text: w.x, author, thread: w.h }
  return { kind: 'capture', wish: { channel, message, how: 'shortcut', incidentId, words }, field: INCIDENT }
}
