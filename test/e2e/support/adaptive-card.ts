/** An action of a card, as the client sends it back. */
export interface CardAction {
  readonly type: string
  readonly title?: string
  readonly verb?: string
  readonly data?: Readonly<Record<string, unknown>>
}

type Node = Readonly<Record<string, unknown>>

/** Everything of it that a person reads, in order, a line for each text. */
export function textOfCard(card: unknown): string {
  return nodesOf(card)
    .flatMap((node) => [node['text'], node['title'], node['value'], node['label']])
    .filter((text): text is string => typeof text === 'string')
    .join('\n')
}

export function actionsOf(card: unknown): readonly CardAction[] {
  return nodesOf(card).filter(isAction)
}

/** The action of that title that is sent, maybe from a card that opens first; throws with the titles that are there. */
export function findAction(card: unknown, title: string): CardAction {
  const actions = actionsOf(card).filter(({ type }) => type === 'Action.Execute')
  const found = actions.find((action) => action.title === title)
  if (found === undefined) {
    throw new Error(`No action "${title}"; there are: ${actions.map((action) => action.title).join(', ')}`)
  }
  return found
}

function isAction(node: Node): node is Node & CardAction {
  return typeof node['type'] === 'string' && node['type'].startsWith('Action.')
}

function nodesOf(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  const children = Object.entries(value).filter(([name]) => name !== 'data' && name !== 'fallback')
  return [value as Node, ...children.flatMap(([, child]) => nodesOf(child))]
}
