import type { Reply } from '../../orchestrator/index.ts'

export function refusedBecause(code: string, text: string): Reply {
  return { kind: 'refused', code, text, rows: [], preformatted: null, card: null, shared: false, incidentId: null }
}
