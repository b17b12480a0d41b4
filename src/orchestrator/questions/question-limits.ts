import type { Person } from '../../domain/person.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import type { Refusal } from '../decisions/refusal.ts'

type Kind = ProposalQuestion['kind']

/** Nothing that was said goes away, so one person leaves room for the others; beyond all of it people had better talk. */
const MOST: Readonly<Record<Kind, { readonly each: number; readonly all: number }>> = {
  question: { each: 5, all: 20 },
  answer: { each: 25, all: 100 },
}

/** Why nothing more of this kind is kept about the proposal; a person counts once, whatever the surface. */
export function whyNoMore(
  proposalId: string,
  kind: Kind,
  said: readonly ProposalQuestion[],
  person: Person,
): Refusal | undefined {
  const { each, all } = MOST[kind]
  const ofKind = said.filter((one) => one.kind === kind)
  if (ofKind.length >= all) {
    const text = `${proposalId} has ${String(ofKind.length)} ${kind}s already, ${String(all)} at most. ${INSTEAD}`
    return { code: `too_many_${kind}s`, text }
  }
  const own = ofKind.filter(({ personId }) => personId === person.id).length
  if (own < each) return undefined
  const [verb, limit] = [kind === 'question' ? 'asked' : 'given', String(each)]
  const text = `${person.name} has ${verb} ${String(own)} ${kind}s about ${proposalId} already, ${limit} at most for one person. ${INSTEAD}`
  return { code: `too_many_${kind}s_of_one`, text }
}

const INSTEAD = 'Talk to each other, or reject it with the reason.'
