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
  const found = actionsOf(message).find((action) => action['title'] === label)
  if (found === undefined) throw new Error(`No button "${label}" among: ${buttonsOf(message).join(', ')}`)
  const card = found['card'] as Element | undefined
  const [execute] = card === undefined ? [found] : listOf(card['actions'])
  const input = listOf(card?.['body']).find((element) => element['type'] === 'Input.Text')
  const typed = input === undefined || words === undefined ? {} : { [String(input['id'])]: words }
  return { verb: String(execute?.['verb']), data: { ...(execute?.['data'] as object), ...typed } }
}

export function buttonsOf(message: StoredActivity): readonly string[] {
  return actionsOf(message).map((action) => String(action['title']))
}

function actionsOf({ activity }: StoredActivity): readonly Element[] {
  return listOf(activity.attachments[0]?.content['actions'])
}
