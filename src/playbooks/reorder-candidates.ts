import type { FittingPlaybook } from './shortlist-playbooks.ts'

/**
 * The same candidates, those that are named first in their order; names of others count for nothing, so that no order,
 * whoever made it, adds one or takes one away.
 */
export function reorderCandidates(
  candidates: readonly FittingPlaybook[],
  names: readonly string[],
): readonly FittingPlaybook[] {
  const named = [...new Set(names)].flatMap((name) => candidates.find(({ playbook }) => playbook.name === name) ?? [])
  return [...named, ...candidates.filter((fit) => !named.includes(fit))]
}
