import type { IncidentView } from '../../domain/incident-view.ts'
import type { Reply, ReplyRow } from './conversation.ts'

interface ReplyParts {
  readonly rows?: readonly ReplyRow[]
  readonly preformatted?: string
  readonly card?: IncidentView
  readonly shared?: boolean
  readonly incidentId?: string
}

export function answer(text: string, parts: ReplyParts = {}): Reply {
  return build('answer', 'done', text, parts)
}

/** `code` is stable: surfaces and tests tell refusals apart by it. */
export function refusal(code: string, text: string, parts: ReplyParts = {}): Reply {
  return build('refused', code, text, parts)
}

function build(kind: Reply['kind'], code: string, text: string, parts: ReplyParts): Reply {
  return {
    kind,
    code,
    text,
    rows: parts.rows ?? [],
    preformatted: parts.preformatted ?? null,
    card: parts.card ?? null,
    shared: parts.shared ?? false,
    incidentId: parts.incidentId ?? null,
  }
}
