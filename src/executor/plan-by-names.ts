import type { Proposal } from '../domain/approval.ts'
import type { Plan } from '../domain/plan.ts'

/** For the record, what the bytes call it; no step of them, so that there is nothing to follow and nothing to undo. */
export function planByNames({ planJson }: Pick<Proposal, 'planJson'>): Plan {
  const said = JSON.parse(planJson) as unknown
  const playbook = memberOf(said, 'playbook')
  const named = (name: string) => textOf(memberOf(playbook, name)) ?? 'unknown'
  return {
    version: 1,
    playbook: { name: named('name'), title: named('title'), digest: named('digest') },
    service: textOf(memberOf(said, 'service')),
    environment: textOf(memberOf(said, 'environment')),
    ...{ inputs: {}, steps: [], onFailure: 'stop', tier: 4 },
    risk: { reversible: false, blastRadius: 'account', disturbed: [] },
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
