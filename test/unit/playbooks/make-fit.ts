import { CONTRACT_EXAMPLE } from './contract-example.ts'
import { parsePlaybook } from '../../../src/playbooks/parse-playbook.ts'
import type { FittingPlaybook } from '../../../src/playbooks/shortlist-playbooks.ts'

/** A playbook of this name that may be proposed. */
export function makeFit(name: string, change: Partial<FittingPlaybook> = {}): FittingPlaybook {
  const text = CONTRACT_EXAMPLE.replace('name: rollback-bad-deploy', `name: ${name}`)
  const { playbook } = parsePlaybook({ file: 'p.yaml', text })
  if (playbook === undefined) throw new Error(`${name} is no playbook`)
  const record = { mean: 0.8, successes: 0, partial: 0, failures: 0 }
  return {
    ...{ playbook, alert: null, suspect: null, confidence: 0.66, record },
    reasons: ['The leading suspect is CHG-1 (deploy of checkout, 83 %).'],
    ...change,
  }
}
