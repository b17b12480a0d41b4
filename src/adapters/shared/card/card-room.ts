/** How much each part of a card may take. Cards that do not fit are rendered again with less room. */
export interface CardRoom {
  readonly line: number
  readonly detail: number
  readonly steps: number
  readonly reasons: number
  readonly names: number
  readonly links: number
  readonly url: number
}

export const CARD_ROOMS: readonly CardRoom[] = [
  { line: 300, detail: 240, steps: 10, reasons: 3, names: 8, links: 6, url: 500 },
  { line: 160, detail: 120, steps: 8, reasons: 3, names: 5, links: 3, url: 300 },
  { line: 100, detail: 60, steps: 6, reasons: 2, names: 3, links: 2, url: 150 },
  { line: 60, detail: 40, steps: 4, reasons: 1, names: 2, links: 0, url: 0 },
]

/** For what alone always stays, where even the last of them is too much: text that escapes to several times its length. */
export const LAST_CARD_ROOM: CardRoom = { line: 30, detail: 20, steps: 4, reasons: 1, names: 1, links: 0, url: 0 }

export const MOST_CARD_BLOCKS = 12

/** The first of them, and how many more there are. */
export function someOf<Item>(items: readonly Item[], most: number): { shown: readonly Item[]; more: number } {
  return { shown: items.slice(0, most), more: Math.max(0, items.length - most) }
}

/** `Ana Ruiz, Bo Li and 3 more`. */
export function nameSome(names: readonly string[], most: number): string {
  const { shown, more } = someOf(names, most)
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${String(more)} more`
}
