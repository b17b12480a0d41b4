import { RefusedError } from '../../kernel/errors.ts'
import { answered, requirePerson } from '../verbs/handle-utterance.ts'
import { declareAndTell } from '../verbs/declare-and-tell.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import { proposeAndTell } from '../verbs/propose-and-tell.ts'
import { resolveInputs } from '../../playbooks/resolve-inputs.ts'
import { withRequest } from '../with-request.ts'
import type { Deps } from '../dependencies.ts'
import type { FilledForm, FormAnswer } from './form.ts'
import type { Reply } from '../verbs/conversation.ts'

/** A form says what the verb says: the same intent, the same refusals, the same answer. Problems of one field name it. */
export async function submitForm(given: Deps, form: FilledForm): Promise<FormAnswer> {
  const deps = withRequest(given, form.place)
  const fields = problemsOf(deps, form)
  if (Object.keys(fields).length > 0) return { kind: 'problems', fields }
  return { kind: 'reply', reply: await answered(deps, form.place, () => carryOut(deps, form)) }
}

async function carryOut(deps: Deps, form: FilledForm): Promise<Reply> {
  const { surface } = form.place
  switch (form.kind) {
    case 'declare': {
      const person = await requirePerson(deps, form.place, 'declare')
      return declareAndTell(deps, { person, surface, share: false }, form.declared)
    }
    case 'inputs': {
      const person = await requirePerson(deps, form.place, 'run')
      if (!deps.playbooks.some(({ name }) => name === form.playbook)) {
        throw new RefusedError('unknown_playbook', `There is no playbook ${form.playbook} any more. Type "playbooks".`)
      }
      const { incidentId, playbook, inputs } = form
      const input = { incidentId, playbook, inputs, personId: person.id, origin: surface }
      return proposeAndTell(deps, input, false)
    }
  }
}

/** What can be told from the form alone, without asking anybody. */
function problemsOf(deps: Deps, form: FilledForm): Readonly<Record<string, string>> {
  if (form.kind === 'declare') {
    const hasTitle = oneLineText(form.declared.title, 200) !== ''
    return hasTitle ? {} : { title: 'A title is missing: say in a few words what is wrong.' }
  }
  const playbook = deps.playbooks.find(({ name }) => name === form.playbook)
  const problems = Object.entries(playbook?.inputs ?? {}).flatMap(([name, input]) => {
    const isGiven = Object.hasOwn(form.inputs, name)
    if (playbook === undefined || (!isGiven && input.kind !== 'ask')) return []
    const alone = { ...playbook, inputs: { [name]: input } }
    const given = isGiven ? { [name]: form.inputs[name] ?? '' } : {}
    const [problem] = resolveInputs(alone, {}, given).problems
    return problem === undefined ? [] : [[name, problem] as const]
  })
  return Object.fromEntries(problems)
}
