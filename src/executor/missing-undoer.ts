import type { Mode } from '../domain/mode.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Run } from '../domain/run.ts'
import type { Standings } from './ask-standings.ts'
import type { ExecutorDeps } from './executor-deps.ts'
import { runResource } from './run-resource.ts'

/**
 * null while whoever pressed Undo might press it now: role, groups, policy and account are those of this moment, where
 * it was pressed is what the record says. An undo that its playbook asks for was pressed by nobody.
 */
export function missingUndoer(
  { authorize, catalog, directory }: Pick<ExecutorDeps, 'authorize' | 'catalog' | 'directory'>,
  run: Run,
  proposal: Proposal,
  mode: Mode,
  standings: Standings,
): string | null {
  const { undoRequest } = run
  if (undoRequest === null) return null
  const person = directory.findById(undoRequest.by)
  if (person === undefined) return `${undoRequest.by}, who pressed Undo, is not in the directory any more`
  const { id, roles, groups } = person
  const verdict = authorize({
    principal: { type: 'Person', id, roles, groups },
    action: 'undo',
    resource: runResource(catalog, run, proposal),
    // A freeze stops an undo by itself, and says so.
    context: { surface: undoRequest.from, mode, isFrozen: false },
  })
  const disowned = standings.whyNot({ personId: id, surface: undoRequest.from })
  if (verdict.verdict === 'allow' && disowned === null) return null
  const reasons = verdict.verdict === 'allow' ? [] : verdict.reasons.map(({ text }) => text)
  const all = disowned === null ? reasons : [...reasons, disowned]
  return `${person.name}, who pressed Undo, may not undo it any more${why(all)}`
}

function why(sentences: readonly string[]): string {
  const texts = sentences.map((text) => text.replace(/[.\s]+$/, ''))
  return texts.length === 0 ? '' : ` (${texts.join('; ')})`
}
