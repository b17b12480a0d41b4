import type { StoredActivity } from './fake-connector.ts'

type Element = Readonly<Record<string, unknown>>

/** The words of a message's card as one reads them, buttons left out. */
export function wordsOfMessage(message: Pick<StoredActivity, 'activity'> | undefined): string {
  return message === undefined ? '' : wordsOfCard(message.activity.attachments[0]?.content ?? {})
}

export function wordsOfCard(card: Element): string {
  return listOf(card['body']).map(wordsOf).join('\n')
}

function wordsOf(element: Element): string {
  const inlines = listOf(element['inlines'])
  if (inlines.length > 0) return inlines.map((run) => String(run['text'])).join('')
  return listOf(element['items']).map(wordsOf).join('\n')
}

function listOf(value: unknown): readonly Element[] {
  return Array.isArray(value) ? (value as Element[]) : []
}

export interface CardPress {
  readonly verb: string
  readonly data: Record<string, unknown>
}

/** The button with this label, unfolded where it unfolds, and what it sends; with the words typed beside it. */
export function findPress(message: StoredActivity, label: string, words?: string): CardPress {
  const found = actionsOf(message)
    .flatMap(unfolded)
    .find((button) => button.label === label)
  if (found === undefined) throw new Error(`No button "${label}" among: ${buttonsOf(message).join(', ')}`)
  const { execute, card } = found
  const input = listOf(card?.['body']).find((element) => element['type'] === 'Input.Text')
  const typed = input === undefined || words === undefined ? {} : { [String(input['id'])]: words }
  return { verb: String(execute['verb']), data: { ...(execute['data'] as object), ...typed } }
}

/** Every button, those that stand behind another one in its place. */
export function buttonsOf(message: StoredActivity): readonly string[] {
  return actionsOf(message).flatMap((action) => unfolded(action).map(({ label }) => label))
}

interface Button {
  readonly label: string
  readonly execute: Element
  readonly card: Element | undefined
}

/** One that asks again or for words is named by its title; one that holds several is named by none of its own. */
function unfolded(action: Element): readonly Button[] {
  const card = action['card'] as Element | undefined
  const inside = listOf(card?.['actions'])
  const [only] = inside
  if (inside.length < 2) return [{ label: String(action['title']), execute: only ?? action, card }]
  return inside.map((execute) => ({ label: String(execute['title']), execute, card }))
}

export function actionsOf({ activity }: Pick<StoredActivity, 'activity'>): readonly Element[] {
  return listOf(activity.attachments[0]?.content['actions'])
}
