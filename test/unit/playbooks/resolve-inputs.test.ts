import { describe, expect, it } from '@jest/globals'
import { parsePlaybook } from '../../../src/playbooks/parse-playbook.ts'
import { resolveInputs } from '../../../src/playbooks/resolve-inputs.ts'
import { CONTRACT_EXAMPLE } from './contract-example.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

const TEXT = CONTRACT_EXAMPLE.replace(
  '    revision: { from: change.previous.id }\n',
  `    revision: { from: change.previous.id }
    prune: { value: true }
    count: { ask: { type: number, title: How many } }
    zone: { ask: { type: string, title: Which zone, pattern: 'eu-\\d' } }
`,
)
const { playbook, problems } = parsePlaybook({ file: 'p.yaml', text: TEXT })
const FACTS = { service: { argocd: { app: 'checkout' } }, change: { previous: { id: '41' } } }
const GIVEN = { count: '3', zone: 'eu-1' }

function resolve(given: JsonObject, facts: JsonObject = FACTS) {
  if (playbook === undefined) throw new Error(JSON.stringify(problems))
  return resolveInputs(playbook, facts, given)
}

describe('the inputs of a playbook', () => {
  it('come from facts, from the playbook and from the requester', () => {
    expect(resolve(GIVEN)).toEqual({
      values: { app: 'checkout', revision: '41', prune: true, count: 3, zone: 'eu-1' },
      problems: [],
    })
  })

  it('from facts may be replaced by the requester', () => {
    expect(resolve({ ...GIVEN, revision: '40' }).values['revision']).toBe('40')
  })

  it.each([
    [{ zone: 'eu-1' }, /count has to be given \(How many\)/],
    [{ ...GIVEN, count: 'three' }, /count has to be a number/],
    [{ ...GIVEN, count: '1e400' }, /count has to be a number/],
    [{ ...GIVEN, zone: 'eu-12' }, /zone has to fit the pattern/],
    [{ ...GIVEN, zone: '' }, /zone has to be a string/],
    [{ ...GIVEN, prune: 'false' }, /prune is fixed by the playbook/],
    [{ ...GIVEN, revison: '40' }, /no input "revison"\. Did you mean revision/],
    [{ ...GIVEN, revision: { id: 1 } }, /revision has to be a text/],
  ])('%j are refused', (given, expected) => {
    expect(resolve(given).problems.join('\n')).toMatch(expected)
  })

  it('without a fact say which is missing', () => {
    const facts = { service: { argocd: null }, change: null }
    expect(resolve(GIVEN, facts).problems).toEqual([
      'The input app needs service.argocd.app, which has no value here.',
      'The input revision needs change.previous.id, which has no value here.',
    ])
  })
})
