import { canonicalJson } from '../../kernel/canonical-json.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { Json } from '../../kernel/json.ts'

/** Relative times are not part of the hash: they would make every look a change. */
export function hashOfView(view: IncidentView): string {
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify({ ...view, updatedAt: null })) as Json))
}
