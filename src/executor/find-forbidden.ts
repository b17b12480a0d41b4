import type { Decision, Proposal } from '../domain/approval.ts'
import type { Mode } from '../domain/mode.ts'
import type { ExecutorDeps } from './executor-deps.ts'
import { proposalResource } from './proposal-resource.ts'

type Given = Pick<Decision, 'personId' | 'decision' | 'withdrawnAt' | 'surface' | 'onCall'>

/**
 * Whose approval the policy now in force would not let them give any more. Roles and groups are those of this moment: a
 * policy may ask for a group, and one who has left it approves nothing. Where it was given, and whether that person was
 * on call, is what the record says: a shift that ends afterwards takes nothing back.
 */
export function findForbidden(
  { authorize, catalog, directory }: Pick<ExecutorDeps, 'authorize' | 'catalog' | 'directory'>,
  proposal: Proposal,
  decisions: readonly Given[],
  mode: Mode,
): ReadonlySet<string> {
  const resource = proposalResource(catalog, proposal)
  const isForbidden = ({ personId, surface, onCall }: Given) => {
    const person = directory.findById(personId)
    // Who has left the directory is told apart by the quorum itself.
    if (person === undefined) return false
    const { id, roles, groups } = person
    const context = { surface, mode, isFrozen: false, onCall: onCall ?? 'unknown' }
    const principal = { type: 'Person', id, roles, groups } as const
    return authorize({ principal, action: 'approve', resource, context }).verdict !== 'allow'
  }
  const given = decisions.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
  return new Set(given.filter(isForbidden).map(({ personId }) => personId))
}
