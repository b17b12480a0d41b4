import { INSTALLATION, incidentResource, personPrincipal } from '../authorization-subjects.ts'
import { NotFoundError, RefusedError } from '../../kernel/errors.ts'
import { answer } from '../verbs/replies.ts'
import { answered, requirePerson } from '../verbs/handle-utterance.ts'
import { findIncident } from '../verbs/find-incident.ts'
import { formOfWords, MOST_INPUTS } from './form-of-words.ts'
import { requireAuthorized } from '../require-authorized.ts'
import type { AuthorizationResource } from '../../domain/authorization.ts'
import type { ConversationPlace, Utterance } from '../verbs/conversation.ts'
import type { Declaration } from '../verbs/declare-and-tell.ts'
import type { Deps } from '../dependencies.ts'
import type { FormInput, FormOffer, FormWish } from './form.ts'
import type { FormOfWords } from './form-of-words.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Playbook, PlaybookInput } from '../../domain/playbook.ts'
import type { Verb } from '../../domain/verb.ts'

const NONE: FormOffer = { kind: 'none' }

/**
 * Which form helps, when one does. It reads no vendor, since somebody waits for it with little patience. What the asker
 * may not do is refused before a form opens, and again when it is sent.
 */
export async function offerForm(deps: Deps, wish: FormWish): Promise<FormOffer> {
  const place = wish.kind === 'words' ? wish.utterance : wish.place
  let offer: FormOffer = NONE
  const reply = await answered(deps, place, async () => {
    offer = await offerOf(deps, wish)
    return answer('')
  })
  return reply.kind === 'refused' ? { kind: 'refused', reply } : offer
}

function offerOf(deps: Deps, wish: FormWish): Promise<FormOffer> {
  switch (wish.kind) {
    case 'words':
      return forWords(deps, wish.utterance)
    case 'declare':
      return declareForm(deps, wish.place, NOTHING_DECLARED)
    case 'inputs':
      return otherInputs(deps, wish.place, wish.proposalId)
  }
}

const NOTHING_DECLARED = { severity: null, title: '', service: null }

function forWords(deps: Deps, utterance: Utterance): Promise<FormOffer> {
  const form = formOfWords(deps.playbooks, utterance.text)
  switch (form.kind) {
    case 'none':
      return Promise.resolve(NONE)
    case 'declare':
      return declareForm(deps, utterance, { ...NOTHING_DECLARED, severity: form.severity })
    case 'run':
      return forRun(deps, utterance, form)
  }
}

async function declareForm(deps: Deps, place: ConversationPlace, declared: Declaration): Promise<FormOffer> {
  await requireAllowed(deps, place, 'declare', INSTALLATION)
  return { kind: 'declare', declared, services: [...deps.catalog.services.keys()].toSorted() }
}

async function requireAllowed(deps: Deps, place: ConversationPlace, action: Verb, resource: AuthorizationResource) {
  const person = await requirePerson(deps, place, action)
  await requireAuthorized(deps, {
    ...{ principal: personPrincipal(person), action, resource, origin: place.surface, name: person.name },
    ...(resource.type === 'Incident' ? { incidentId: resource.id } : {}),
    context: { isFrozen: false },
  })
}

async function forRun(
  deps: Deps,
  utterance: Utterance,
  { request, playbook, given, extra }: Extract<FormOfWords, { kind: 'run' }>,
): Promise<FormOffer> {
  const person = await requirePerson(deps, utterance, 'run')
  const incident = await findIncident(deps, { request, person, place: utterance })
  await requireAllowed(deps, utterance, 'run', incidentResource(deps.catalog, incident))
  // What was typed besides would get lost in a form that does not show it.
  const shown = Object.entries(playbook.inputs).filter(([name, { kind }]) => kind === 'ask' || extra.includes(name))
  return inputsForm(incident.id, playbook, shown, given.inputs)
}

/** Everything that may be given, with what the proposal has now. */
async function otherInputs(deps: Deps, place: ConversationPlace, proposalId: string): Promise<FormOffer> {
  await requirePerson(deps, place, 'run')
  const proposal = await deps.stores.proposals.find(proposalId)
  const incident = proposal === undefined ? undefined : await deps.stores.incidents.find(proposal.incidentId)
  if (proposal === undefined || incident === undefined) throw new NotFoundError('proposal', proposalId)
  await requireAllowed(deps, place, 'run', incidentResource(deps.catalog, incident))
  const { plan, incidentId } = proposal
  const playbook = deps.playbooks.find(({ name }) => name === plan.playbook.name)
  const open = Object.entries(playbook?.inputs ?? {}).filter(([, { kind }]) => kind !== 'value')
  if (playbook === undefined || open.length === 0 || open.length > MOST_INPUTS) {
    throw new RefusedError(
      'no_inputs',
      `${plan.playbook.name} takes no inputs by a form. Type "run ${incidentId} ${plan.playbook.name}" to propose it anew.`,
    )
  }
  return inputsForm(incidentId, playbook, open, plan.inputs)
}

function inputsForm(
  incidentId: string,
  playbook: Playbook,
  inputs: readonly (readonly [string, PlaybookInput])[],
  values: JsonObject,
): FormOffer {
  const { name, title } = playbook
  return { kind: 'inputs', incidentId, playbook: name, title, inputs: inputs.map((each) => fieldOf(each, values)) }
}

function fieldOf([name, input]: readonly [string, PlaybookInput], values: JsonObject): FormInput {
  const value = values[name]
  const current = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  const field = { name, value: current === null ? null : String(current) }
  return input.kind === 'ask'
    ? { ...field, title: input.title, type: input.type, otherwise: null }
    : { ...field, title: name, type: 'string', otherwise: input.kind === 'from' ? input.path : 'fixed' }
}
