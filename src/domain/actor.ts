/** Who did something, for timeline and audit. `countersign` itself and sources are actors too, but never approvers. */
export type Actor =
  | { readonly type: 'human'; readonly id: string; readonly name: string }
  | { readonly type: 'service'; readonly id: string; readonly name: string }

export const COUNTERSIGN: Actor = { type: 'service', id: 'countersign', name: 'Countersign' }

export function humanActor(person: { readonly id: string; readonly name: string }): Actor {
  return { type: 'human', id: person.id, name: person.name }
}

export function sourceActor(source: string): Actor {
  return { type: 'service', id: source, name: source }
}
