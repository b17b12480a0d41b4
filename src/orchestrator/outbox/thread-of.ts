import type { CardReference } from '../../ports/chat-surface.ts'

/** The card and what is said below it are one thread, for platforms that count so. */
export function threadOf(card: CardReference): string {
  return `${card.channel} ${card.message}`
}
