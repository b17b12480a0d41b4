import type { IncidentView } from './incident-view.ts'

/** Slack's limit. */
const LONGEST_NAME = 80
const MOST_NAMES = 5

/** `inc-12-checkout-5xx`: id, service and symptom in lower-case letters, digits and hyphens. */
export function roomName(view: Pick<IncidentView, 'id' | 'service' | 'symptom'>): string {
  const words = [view.id, view.service ?? '', view.symptom].map(slugOf).filter((word) => word !== '')
  return trimmed(words.join('-'), LONGEST_NAME - 3)
}

/** The name, and what is tried when somebody else has it: `inc-12-checkout-5xx-2` and so on. */
export function roomNames(name: string): readonly string[] {
  return Array.from({ length: MOST_NAMES }, (_, index) => (index === 0 ? name : `${name}-${String(index + 1)}`))
}

function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}

/** Cut at a hyphen where there is one late enough. */
function trimmed(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name
  const cut = name.slice(0, maxLength)
  const hyphen = cut.lastIndexOf('-')
  return (hyphen > maxLength / 2 ? cut.slice(0, hyphen) : cut).replace(/-+$/, '')
}
