import { humanActor } from '../../domain/actor.ts'
import { personPrincipal } from '../authorization-subjects.ts'
import { proposalResource } from '../../executor/proposal-resource.ts'
import { tellOfProposal } from '../proposals/proposal-records.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import type { QuestionGround } from './question-ground.ts'
import type { Stores } from '../../ports/stores.ts'

const MOST_TOLD = 10

/** Audit leaf, timeline, card, thread and direct messages, in the transaction of what they tell of. */
export async function tellOfQuestion(
  deps: Deps,
  stores: Stores,
  ground: QuestionGround,
  said: ProposalQuestion,
  told: readonly Person[],
): Promise<string> {
  const { proposal, person, origin } = ground
  const { number, kind, step } = said
  const about = aboutOf(said)
  const label = `Q${String(number)}`
  const text =
    kind === 'question'
      ? `${person.name} asks about ${about} (${label}): ${said.text}`
      : `${person.name} answers ${label} about ${about}: ${said.text}`
  await tellOfProposal(deps, stores, proposal, {
    actor: humanActor(person),
    origin,
    event: kind === 'question' ? 'question.asked' : 'question.answered',
    text,
    ...(step === null ? {} : { runId: step.runId }),
    details: {
      ...{ number, text: said.text, told: told.map(({ id }) => id) },
      ...(step === null ? {} : { stepId: step.stepId }),
    },
  })
  const { incidentId } = proposal
  const how = kind === 'question' ? `\nAnswer with: answer ${incidentId} ${label} <text>. It decides nothing.` : ''
  await stores.outbox.append([
    { kind: 'thread', incidentId, text: `${text}${how}`, priority: 'approval' },
    ...told.map((each) => ({
      ...{ kind: 'direct' as const, incidentId, personId: each.id, priority: 'approval' as const },
      text: `${incidentId}: ${text}${how}`,
      // An answer is news to whoever asked, also when it has been decided meanwhile.
      ...(kind === 'question' ? { question: { proposalId: proposal.id, number } } : {}),
    })),
  ])
  return text
}

export function aboutOf({ proposalId, step }: Pick<ProposalQuestion, 'proposalId' | 'step'>): string {
  return step === null ? proposalId : `step ${step.stepId} of ${step.runId}`
}

/**
 * Who can know: whoever requested it, and those of the owning group who may answer; where that leaves nobody, the
 * commander. Whoever asks is not told of it.
 */
export function whoIsTold(deps: Deps, { proposal, incident, person }: QuestionGround): readonly Person[] {
  const everybody = deps.directory.list().filter(({ id }) => id !== person.id)
  const resource = proposalResource(deps.catalog, proposal)
  const mayAnswer = (each: Person) =>
    deps.authorize({
      ...{ principal: personPrincipal(each), action: 'answer', resource },
      context: { mode: deps.settings.mode },
    }).verdict === 'allow'
  const requester = everybody.filter(({ id }) => id === proposal.requester)
  const group = resource.owner
  const owners = everybody.filter((each) => group !== null && each.groups.includes(group) && mayAnswer(each))
  const told = [...requester, ...owners.filter(({ id }) => id !== proposal.requester)]
  if (told.length > 0) return told.slice(0, MOST_TOLD)
  return everybody.filter(({ id }) => id === incident.assignments['commander'])
}
